"""Conversations that are gone with the process: of trials, nothing is kept anywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot import runtime
from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations.conversation_store import (
    PREFIX,
    ConversationStore,
    Remembered,
)
from bot.panel.language_model.exchange import StoredItem, UserSaid
from bot.panel.links import Labels
from bot.panel.model import ConversationId


@dataclass(slots=True)
class _Conversation:
    labels: Labels
    items: list[StoredItem] = field(default_factory=list)
    responses: set[str] = field(default_factory=set)
    summary: str = ""
    summed_up: int = 0


class MemoryConversations(ConversationStore):
    """Keeps conversations in this process."""

    def __init__(self) -> None:
        self._conversations: dict[ConversationId, _Conversation] = {}

    async def open(self, labels: Labels) -> ConversationId:
        id_ = ConversationId(f"{PREFIX}{runtime.token(16)}")
        self._conversations[id_] = _Conversation(labels)
        return id_

    async def labels(self, conversation: ConversationId) -> Labels:
        return self._find(conversation).labels

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        self._find(conversation).labels = labels

    async def recall(self, conversation: ConversationId) -> Remembered:
        found = self._find(conversation)
        return Remembered(tuple(found.items[found.summed_up :]), found.summary, found.summed_up)

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        *,
        after: int,
        response: str = "",
    ) -> bool:
        found = self._find(conversation)
        if len(found.items) != after:
            return False
        found.items += items
        found.responses.add(response)
        return True

    async def sum_up(self, conversation: ConversationId, summary: str, items: int) -> None:
        found = self._find(conversation)
        found.summary, found.summed_up = summary, items

    async def newest(
        self, conversation: ConversationId, most: int, *, skip: int = 0
    ) -> Sequence[StoredItem]:
        return self._find(conversation).items[::-1][skip : skip + most]

    async def holds(self, conversation: ConversationId, response: str) -> bool:
        return response in self._find(conversation).responses

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        found = self._find(conversation)
        kept = [i for i in found.items if not (isinstance(i, UserSaid) and wanted(i.text))]
        removed = len(found.items) - len(kept)
        if removed:
            found.items, found.summary, found.summed_up = kept, "", 0
        return removed

    async def delete(self, conversation: ConversationId) -> int | None:
        found = self._conversations.pop(conversation, None)
        return None if found is None else len(found.items)

    def _find(self, conversation: ConversationId) -> _Conversation:
        if conversation not in self._conversations:
            raise ConversationGone(conversation)
        return self._conversations[conversation]
