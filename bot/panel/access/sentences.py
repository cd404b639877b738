"""Sentences to one person who may not do something, or not so often."""

from bot.language import gettext, ngettext
from bot.panel.access.policy import Denial


def denied(denial: Denial) -> str:
    match denial:
        case Denial.CHANNEL:
            return gettext("I do not answer in this channel: whoever runs me has decided where.")
        case Denial.NOT_LISTED:
            return gettext("Only some people may ask me here; whoever runs me decides who.")
        case Denial.GUEST:
            return gettext("Guests cannot ask me here; please let a full member ask.")
        case Denial.PARTNER:
            return gettext(
                "People from other organisations cannot ask me here; please let somebody of this "
                "workspace ask."
            )
        case Denial.UNKNOWN:
            return gettext(
                "I cannot find out whether you may ask me, as the app lacks the permission "
                "`users:read`. Please tell whoever runs me: `panelbot check` says more."
            )


def not_for_partners() -> str:
    return gettext("People from other organisations cannot see what this answer relies on.")


def person_asks_too_often(limit: int, seconds: int) -> str:
    lead = ngettext(
        "This was not asked: you may ask me {count} question a minute.",
        "This was not asked: you may ask me {count} questions a minute.",
        limit,
    )
    return f"{lead} {_again(seconds)}"


def channel_asks_too_often(limit: int, seconds: int) -> str:
    lead = ngettext(
        "This was not asked: I answer {count} question a minute in this channel.",
        "This was not asked: I answer {count} questions a minute in this channel.",
        limit,
    )
    return f"{lead} {_again(seconds)}"


def _again(seconds: int) -> str:
    return ngettext(
        "Please ask again in {count} second.", "Please ask again in {count} seconds.", seconds
    )
