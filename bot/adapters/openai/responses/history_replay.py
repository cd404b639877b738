"""Replaying a conversation to a server that stores nothing, and recording its responses."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from typing import cast

from openai.types.conversations import ConversationItem
from openai.types.responses import Response, ResponseStreamEvent

from bot.adapters.openai.items import stored_from_api
from bot.panel.language_model import pairing
from bot.panel.language_model.conversation_store import Remembered
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Item,
    ModelSaid,
    Responded,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
    WrittenCalls,
)
from bot.panel.tools import ApprovalWanted

_SUMMARY = "What was said before, in short:\n{}"


def replay(known: Remembered, new: Sequence[Item] = ()) -> list[Item]:
    """Return the items of the conversation so far, to be sent before the *new* ones.

    Of calls that needed approval, only those that are decided on now: the server would make the
    others again.
    """
    decided = pairing.answers([*known.items, *new])
    items: list[Item] = [UserSaid(_SUMMARY.format(known.summary))] if known.summary else []
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


class ResponseRecorder:
    """Records a stream, to store what was written in its order and with its sources."""

    def __init__(self) -> None:
        self._response: Response | None = None
        self._calls: list[ToolCalled] = []

    async def record(
        self, stream: AsyncIterator[ResponseStreamEvent]
    ) -> AsyncGenerator[ResponseStreamEvent, None]:
        """Yield the events of *stream*, unchanged."""
        async for event in stream:
            if event.type == "response.completed":
                self._response = event.response
            yield event

    def record_call(self, call: ToolCalled) -> None:
        """Record *call*, for a server that leaves it out of the completed response."""
        self._calls.append(call)

    def items(self, responded: Responded) -> list[StoredItem]:
        """Return what was written."""
        output = self._response.output if self._response else []
        # What a response holds is what a conversation would hold of it.
        items = [
            stored for item in output for stored in stored_from_api(cast("ConversationItem", item))
        ]
        if responded.text and not any(isinstance(item, ModelSaid) and item.text for item in items):
            items.append(ModelSaid(responded.text, responded.citations, written=responded.written))
        known = {item.call_id for item in items if isinstance(item, ToolCalled)}
        return items + [call for call in self._calls if call.call_id not in known]
