"""What people read who are to decide on a tool that an expert wants to use. Markdown."""

import json
from collections.abc import Sequence
from enum import StrEnum

from bot.language import gettext, ngettext
from bot.panel.model import Decision
from bot.panel.texts.sentences import listed, quoted
from bot.panel.tools import ApprovalWanted

_LONGEST_WISHES = 4_000  # characters of arguments in one message

# Slack fills these in, for each reader in a form of their own.
_BY, _AT = "{by}", "{at}"


class Undecided(StrEnum):
    """Why there is nothing to decide any more."""

    SUPERSEDED = "overtaken"
    STOPPED = "stopped"


def ended(how: Decision | Undecided) -> str:
    """Return what stands under the question when it has been decided, or is moot."""
    return {
        Decision.APPROVED: gettext("Approved by {by}, {at}.", by=_BY, at=_AT),
        Decision.DECLINED: gettext("Declined by {by}, {at}.", by=_BY, at=_AT),
        Decision.EXPIRED: gettext(
            "Nobody decided in time, so it counts as declined since {at}.", at=_AT
        ),
        Undecided.SUPERSEDED: gettext("Ended undecided: something new was asked meanwhile."),
        Undecided.STOPPED: gettext("Ended undecided: I was told to stop."),
    }[how]


def decided_before() -> str:
    """Return what somebody is told who is too late."""
    return gettext("This has been decided already, or has ended: look under the message.")


def in_line() -> str:
    """Return what somebody is told whose decision has to wait."""
    return gettext("Noted. It goes on as soon as what is being answered in this thread is done.")


def approval_wanted(expert: str, wanted: Sequence[ApprovalWanted], who: str, hours: float) -> str:
    """Return what people read who are to approve of what *expert* wants."""
    room = max(40, _LONGEST_WISHES // len(wanted))
    lead = gettext("{expert} wants to use a tool that needs approval:", expert=expert)
    rule = gettext(
        "Who can decide: {who}. Undecided, it counts as declined after {time}.",
        who=who,
        time=_hours(hours),
    )
    return "\n\n".join([lead, "\n".join(_wish(one, room) for one in wanted), rule])


def _wish(wanted: ApprovalWanted, room: int) -> str:
    """Return one wish; its arguments cannot end the block that they stand in."""
    told = arguments_of(wanted).replace("```", "'''")
    left = len(told) - room
    lead = gettext(
        "{tool} of {server}, with", tool=quoted(wanted.tool), server=quoted(wanted.server)
    )
    block = f"{lead}\n```\n{told[:room]}\n```"
    if left <= 0:
        return block
    more = ngettext("… and {count} more character", "… and {count} more characters", left)
    return f"{block}\n_{more}_"


def arguments_of(wanted: ApprovalWanted) -> str:
    """Return the arguments as people can read them: one a line."""
    try:
        told = json.loads(wanted.arguments)
    except ValueError:
        return wanted.arguments
    if not isinstance(told, dict):
        return wanted.arguments
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items())
    return "\n".join(lines) or gettext("(nothing)")


def may_decide(*, anyone: bool, asker: bool, admins: bool, named: bool) -> str:
    """Return who may decide, as the end of a sentence."""
    if anyone:
        return gettext("everybody here")
    kinds = (
        (asker, gettext("whoever asked")),
        (admins, gettext("admins")),
        (named, gettext("people named for it")),
    )
    return listed([kind for is_meant, kind in kinds if is_meant]) or gettext("nobody")


def may_not_decide(who: str) -> str:
    """Return what somebody is told who may not decide."""
    return gettext("You cannot decide this. Who can: {who}.", who=who)


def _hours(hours: float) -> str:
    if hours < 1:
        return gettext("less than an hour")
    return ngettext("{count} hour", "{count} hours", round(hours))
