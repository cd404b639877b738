"""What people read who are to decide on a tool that an expert wants to use. Markdown."""

import json
from collections.abc import Sequence

from bot.panel import sentences
from bot.panel.model import Decision
from bot.panel.toolbox import ApprovalWanted

_LONGEST_WISHES = 4_000  # characters of arguments in one message

DECISIONS = {
    Decision.APPROVED: "Approved by {by}, {at}.",
    Decision.DECLINED: "Declined by {by}, {at}.",
    Decision.EXPIRED: "Nobody decided in time, so it counts as declined since {at}.",
}
OVERTAKEN = "Ended undecided: something new was asked meanwhile."
STOPPED = "Ended undecided: I was told to stop."
DECIDED_BEFORE = "This has been decided already, or has ended: look under the message."
IN_LINE = "Noted. It goes on as soon as what is being answered in this thread is done."


def approval_wanted(expert: str, wanted: Sequence[ApprovalWanted], who: str, hours: float) -> str:
    """Return what people read who are to approve of what *expert* wants."""
    room = max(40, _LONGEST_WISHES // len(wanted))
    each = "\n".join(_wish(one, room) for one in wanted)
    time = _hours(hours)
    return (
        f"{expert} wants to use a tool that needs approval:\n\n{each}\n\n"
        f"{who} can decide. Undecided, it counts as declined after {time}."
    )


def _wish(wanted: ApprovalWanted, room: int) -> str:
    """Return one wish; its arguments cannot end the block that they stand in."""
    told = arguments_of(wanted).replace("```", "'''")
    left = len(told) - room
    more = f"\n_… and {left:,} more characters_" if left > 0 else ""
    name = f"{_code(wanted.tool)} of {_code(wanted.server)}"
    return f"{name}, with\n```\n{told[:room]}\n```{more}"


def arguments_of(wanted: ApprovalWanted) -> str:
    """Return the arguments as people can read them: one a line."""
    try:
        told = json.loads(wanted.arguments)
    except ValueError:
        return wanted.arguments
    if not isinstance(told, dict):
        return wanted.arguments
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items())
    return "\n".join(lines) or "(nothing)"


def may_decide(*, anyone: bool, asker: bool, admins: bool, named: bool) -> str:
    """Return who may decide, to begin a sentence with."""
    if anyone:
        return "Everybody here"
    kinds = ((asker, "whoever asked"), (admins, "admins"), (named, "people named for it"))
    who = sentences.listed([kind for is_meant, kind in kinds if is_meant]) or "nobody"
    return who[0].upper() + who[1:]


def may_not_decide(who: str) -> str:
    """Return what somebody is told who may not decide."""
    return f"You cannot decide this. {who} can."


def _hours(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    return "an hour" if round(hours) == 1 else f"{hours:.0f} hours"


def _code(name: str) -> str:
    return "`" + " ".join(name.replace("`", "'").split())[:100] + "`"
