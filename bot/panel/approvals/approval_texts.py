"""The texts of requests for approval. Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from bot.language import gettext, ngettext
from bot.panel.approvals import shown
from bot.panel.model import Decision
from bot.panel.texts.sentences import listed
from bot.panel.tools import ApprovalWanted

# Filled in by Slack for each reader.
_BY, _AT = "{by}", "{at}"


class Shown(Enum):
    """Where people see all that they are asked to approve."""

    HERE = auto()  # in the question itself
    IN_FILE = auto()  # under it
    NOWHERE = auto()


class Undecided(StrEnum):
    """Why a request was closed without a decision."""

    SUPERSEDED = "overtaken"
    STOPPED = "stopped"
    DELETED = "deleted"  # the question was
    LOST = "lost"  # what we knew of it


def ended(how: Decision | Undecided) -> str:
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


def decidable_soon() -> str:
    return gettext("I cannot take your decision yet. Please press the button again in a moment.")


def decided_before() -> str:
    return gettext("This has already been decided or closed: see below the message.")


def in_line() -> str:
    return gettext("Noted. It goes on as soon as the current answer in this thread is finished.")


@dataclass(frozen=True, slots=True)
class Question:
    """What people read who are to decide."""

    expert: str
    wanted: Sequence[ApprovalWanted]
    who: str  # may decide
    hours: float
    anybody: bool = True  # there is somebody who may


def approval_wanted(question: Question, where: Shown) -> str:
    lead = gettext("{expert} wants to use a tool that needs approval:", expert=question.expert)
    uses = [_use(one, where) for one in question.wanted]
    who = gettext("Who can decide: {who}.", who=question.who)
    if not question.anybody:
        nobody = gettext(
            "*As things are, nobody can approve this: nobody else who might is here.* Ask again "
            "where they are, or have approvers named."
        )
        who = f"{who} {nobody}"
    until = gettext(
        "Without a decision, it counts as declined after {time}.", time=_hours(question.hours)
    )
    return "\n\n".join([lead, "\n".join(uses), *_notes(where), f"{who} {until}"])


def in_full(wanted: Sequence[ApprovalWanted]) -> str:
    """Return all that is to be approved, for a file."""
    return "\n\n".join(f"{_tool(one)}\n\n{shown.arguments(one.arguments)}\n" for one in wanted)


def _use(wanted: ApprovalWanted, where: Shown) -> str:
    """Return one use of a tool; the arguments cannot end the code block that they are in."""
    if where is not Shown.HERE:
        return f"- {_tool(wanted)}"
    lead = gettext("{tool}, with", tool=_tool(wanted))
    return f"{lead}\n```\n{shown.arguments(wanted.arguments)}\n```"


def _tool(wanted: ApprovalWanted) -> str:
    tool, server = shown.name(wanted.tool), shown.name(wanted.server)
    return gettext("{tool} of {server}", tool=tool, server=server)


def _notes(where: Shown) -> Sequence[str]:
    if where is Shown.IN_FILE:
        return [gettext("The file below shows with what, in full. Please read it first.")]
    if where is Shown.NOWHERE:
        return [
            gettext(
                "This cannot be approved: with what, is too long, or cannot be shown here in full."
            )
        ]
    return []


def may_decide(*, anyone: bool, asker: bool, admins: bool, named: bool, not_the_asker: bool) -> str:
    """Return the list of those who may decide, for a sentence."""
    kinds = (
        (asker, gettext("whoever asked")),
        (admins, gettext("admins")),
        (named, gettext("people named for it")),
    )
    who = gettext("every member here") if anyone else listed([kind for is_, kind in kinds if is_])
    if who and not_the_asker:
        return gettext("{who}, but not whoever asked", who=who)
    return who or gettext("nobody")


def who_for_each(by_tool: Sequence[tuple[ApprovalWanted, str]]) -> str:
    each = dict.fromkeys(f"{_tool(wanted)}: {who}" for wanted, who in by_tool)
    return gettext("those who may for each ({list})", list="; ".join(each))


def not_carried_out() -> str:
    return gettext(
        ":warning: _I have not used the tool, although that was approved: what would have been "
        "done is no longer what was shown, or is not allowed any more._"
    )


def not_shown() -> str:
    return gettext(
        "This cannot be approved, as it could not be shown in full. Decline it, and ask again."
    )


def may_not_decide(who: str) -> str:
    return gettext("You cannot decide this. Who can: {who}.", who=who)


def _hours(hours: float) -> str:
    if hours < 1:
        return gettext("less than an hour")
    return ngettext("{count} hour", "{count} hours", round(hours))
