"""Sentences to people about what the bot did not hear, or is not allowed to do: Markdown."""

import re

from bot.language import gettext, ngettext
from bot.panel.errors import MessengerRefused
from bot.panel.texts.sentences import quoted

REVOKED = frozenset(
    {
        "account_inactive",
        "app_uninstalled",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
_ELSEWHERE = frozenset({"channel_not_found", "not_in_channel"})
_FORBIDDEN = re.compile(
    r"restricted_action.*|(ekm_)?access_denied|no_permission|not_allowed_token_type"
    r"|team_access_not_granted|user_is_restricted|as_user_not_supported"
)


def late(seconds: float) -> str:
    """Return the line above an answer to what was asked while nobody listened, *seconds* ago."""
    minutes = round(seconds / 60)
    if minutes < 1:
        line = gettext("I was not listening when this was asked; here is the answer.")
    elif minutes < 120:
        line = ngettext(
            "I was not listening when this was asked, {count} minute ago; here is the answer.",
            "I was not listening when this was asked, {count} minutes ago; here is the answer.",
            minutes,
        )
    else:
        line = ngettext(
            "I was not listening when this was asked, {count} hour ago; here is the answer.",
            "I was not listening when this was asked, {count} hours ago; here is the answer.",
            round(minutes / 60),
        )
    return f"_{line}_"


def refused(error: MessengerRefused) -> str:
    """Return why Slack's refusal keeps the bot from what somebody asked for, and what helps."""
    if error.needed:
        lead = gettext(
            "Slack does not let me do that: the app lacks the permission {permission}.",
            permission=_permissions(error.needed),
        )
        return f"{lead} {_remedy()}"
    if error.code in REVOKED:
        return gettext(
            "Slack does not accept my token any more. Whoever runs me has to install the app "
            "again: `panelbot check` tells more."
        )
    if error.code in _ELSEWHERE:
        return gettext("I am not in that channel. `/invite` me there, then try again.")
    if error.code == "is_archived":
        return gettext("That channel is archived, so I cannot write there.")
    if _FORBIDDEN.fullmatch(error.code):
        return gettext(
            "The settings of this workspace or channel do not let me do that ({code}). Somebody "
            "who manages them can allow it.",
            code=quoted(error.code),
        )
    return gettext("Slack did not let me do that; please tell whoever runs me.")


def unread(needed: str) -> str:
    lead = gettext(
        "I may not read what was said here before: the app lacks the permission {permission}.",
        permission=_permissions(needed),
    )
    return f":lock: _{lead} {_remedy()}_"


def file_denied(name: str, needed: str) -> str:
    lead = gettext(
        "I may not open {file}: the app lacks the permission {permission}.",
        file=quoted(name),
        permission=_permissions(needed),
    )
    return f"{lead} {_remedy()}"


def made_denied(name: str, needed: str) -> str:
    lead = gettext(
        "I may not show {file}: the app lacks the permission {permission}.",
        file=quoted(name),
        permission=_permissions(needed),
    )
    return f"{lead} {_remedy()}"


def _permissions(needed: str) -> str:
    return " / ".join(quoted(scope.strip()) for scope in needed.split(",") if scope.strip())


def _remedy() -> str:
    return gettext(
        "Whoever manages the app can add it under OAuth & Permissions and reinstall the app."
    )
