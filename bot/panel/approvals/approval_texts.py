"""The texts of requests for approval. Markdown."""

import json
from collections.abc import Sequence
from enum import StrEnum

from bot.language import gettext, ngettext
from bot.panel.model import Decision
from bot.panel.texts.sentences import listed, quoted
from bot.panel.tools import ApprovalWanted

_LONGEST_ARGUMENTS = 4_000  # characters in one message

# Filled in by Slack for each reader.
_BY, _AT = "{by}", "{at}"


class Undecided(StrEnum):
    """Why a request was closed without a decision."""

    SUPERSEDED = "overtaken"
    STOPPED = "stopped"
    DELETED = "deleted"  # the question was
    LOST = "lost"  # what we knew of it


def ended(how: Decision | Undecided) -> str:
    """Return the line under a request that has been decided or closed."""
    return {
        Decision.APPROVED: gettext("Approved by {by}, {at}.", by=_BY, at=_AT),
        Decision.DECLINED: gettext("Declined by {by}, {at}.", by=_BY, at=_AT),
        Decision.EXPIRED: gettext(
            "Nobody decided in time, so it has counted as declined since {at}.", at=_AT
        ),
        Undecided.SUPERSEDED: gettext(
            "Closed without a decision: something new was asked meanwhile."
        ),
        Undecided.STOPPED: gettext("Closed without a decision: I was told to stop."),
        Undecided.DELETED: gettext("Closed without a decision: the question was deleted."),
        Undecided.LOST: gettext("Closed without a decision: I have lost track of it."),
    }[how]


def in_the_plan(how: Decision | Undecided) -> str:
    """Return what the plan says, in parentheses, of an expert whose request has ended so."""
    return {
        Decision.APPROVED: gettext("approved"),
        Decision.DECLINED: gettext("declined"),
        Decision.EXPIRED: gettext("nobody decided in time"),
        Undecided.SUPERSEDED: gettext("closed: something new was asked"),
        Undecided.STOPPED: gettext("closed: I was told to stop"),
        Undecided.DELETED: gettext("closed: the question was deleted"),
        Undecided.LOST: gettext("closed: I have lost track of it"),
    }[how]


def decided_before() -> str:
    """Return the answer to a decision that comes too late."""
    return gettext("This has already been decided or closed: see below the message.")


def in_line() -> str:
    """Return the answer to a decision that has to wait."""
    return gettext("Noted. It goes on as soon as the current answer in this thread is finished.")


def approval_wanted(expert: str, wanted: Sequence[ApprovalWanted], who: str, hours: float) -> str:
    """Return the text of a request of *expert*."""
    room = max(40, _LONGEST_ARGUMENTS // len(wanted))
    lead = gettext("{expert} wants to use a tool that needs approval:", expert=expert)
    note = gettext(
        "Who can decide: {who}. Without a decision, it counts as declined after {time}.",
        who=who,
        time=_hours(hours),
    )
    return "\n\n".join([lead, "\n".join(_tool_use(one, room) for one in wanted), note])


def _tool_use(wanted: ApprovalWanted, room: int) -> str:
    """Return one use of a tool; the arguments cannot end the code block that they are in."""
    arguments = arguments_of(wanted).replace("```", "'''")
    left = len(arguments) - room
    lead = gettext(
        "{tool} of {server}, with", tool=quoted(wanted.tool), server=quoted(wanted.server)
    )
    block = f"{lead}\n```\n{arguments[:room]}\n```"
    if left <= 0:
        return block
    more = ngettext("… and {count} more character", "… and {count} more characters", left)
    return f"{block}\n_{more}_"


def arguments_of(wanted: ApprovalWanted) -> str:
    """Return the arguments, one a line."""
    try:
        arguments = json.loads(wanted.arguments)
    except ValueError:
        return wanted.arguments
    if not isinstance(arguments, dict):
        return wanted.arguments
    lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in arguments.items()]
    return "\n".join(lines) or gettext("(nothing)")


def may_decide(*, anyone: bool, asker: bool, admins: bool, named: bool) -> str:
    """Return the list of those who may decide, for a sentence."""
    if anyone:
        return gettext("everybody here")
    kinds = (
        (asker, gettext("whoever asked")),
        (admins, gettext("admins")),
        (named, gettext("people named for it")),
    )
    return listed([kind for included, kind in kinds if included]) or gettext("nobody")


def may_not_decide(who: str) -> str:
    """Return the answer to somebody who may not decide."""
    return gettext("You cannot decide this. Who can: {who}.", who=who)


def _hours(hours: float) -> str:
    if hours < 1:
        return gettext("less than an hour")
    return ngettext("{count} hour", "{count} hours", round(hours))
