"""Replaying a conversation to a server that stores nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.conversations.conversation_store import Remembered
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Item,
    ModelSaid,
    Prompt,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
    WrittenCalls,
)
from bot.panel.language_model.frames import Kind, frame, quote
from bot.panel.language_model.tool_names import are_meant
from bot.panel.tools import ApprovalWanted

_LONGEST_THOUGHTS = 4_000  # characters: "Show work" has room for half of them
_SUMMARY = "What was said before, in short:\n{}"


def summarized(summary: str) -> str:
    """Return *summary* as models read it."""
    return _SUMMARY.format(frame(Kind.SUMMARY, quote(summary)))


def replay(known: Remembered, new: Sequence[Item] = ()) -> list[Item]:
    """Return the items of the conversation so far, to be sent before the *new* ones.

    Of calls that needed approval, only those that are decided on now: the server would make the
    others again.
    """
    decided = pairing.answers([*known.items, *new])
    items: list[Item] = [UserSaid(summarized(known.summary))] if known.summary else []
    replayed = [
        item
        for place, item in enumerate(known.items)
        if not isinstance(item, ApprovalWanted) or decided.get(place, 0) >= len(known.items)
    ]
    for item in pairing.without_strays(replayed):  # calls were summed up without their outputs
        match item:
            case ToolUsed() | ApprovalGiven() | ModelSaid(text="", written=None):
                continue
            case ModelSaid(written=WrittenCalls(beside=beside)):  # they follow as calls
                items += [ModelSaid(beside)] if beside else []
            case _:
                items.append(item)
    return items


def aborted(known: Iterable[StoredItem], new: Sequence[Item]) -> list[Item]:
    """Return an output for each call that neither *known* nor *new* items answer."""
    calls: dict[str, ToolAnswered] = {}
    for item in (*known, *(item for item in new if isinstance(item, ToolAnswered))):
        if isinstance(item, ToolCalled):
            calls[item.call_id] = ToolAnswered(item.call_id, ABORTED)
        elif isinstance(item, ToolAnswered):
            calls.pop(item.call_id, None)
    return list(calls.values())


def to_keep(item: StoredItem, prompt: Prompt) -> StoredItem:
    """Return *item*, which answers *prompt*, without written calls that are none."""
    if isinstance(item, ModelSaid) and len(item.thoughts) > _LONGEST_THOUGHTS:
        item = replace(item, thoughts=item.thoughts[:_LONGEST_THOUGHTS])
    match item:
        case ModelSaid(written=WrittenCalls() as calls) if not are_meant(calls, prompt):
            return replace(item, written=None)
        case ModelSaid(written=WrittenCalls(beside=beside)) if not prompt.may_call:
            return replace(item, text=beside, written=None)
        case _:
            return item
