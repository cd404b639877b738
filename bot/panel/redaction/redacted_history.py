"""Conversations that we keep ourselves: what redactors let pass of them is sent again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.panel.language_model.conversations.conversation_store import ConversationStore, Remembered
from bot.panel.language_model.exchange import StoredItem, ToolUsed
from bot.panel.links import Labels
from bot.panel.model import ConversationId
from bot.panel.redaction.redacted_model import redacted_item, texts_of
from bot.panel.redaction.redaction import Redaction
from bot.redactors import Kind, Text


class RedactedHistory(ConversationStore):
    """Shows *redaction* what is recalled from *store*: it may be older than a redactor."""

    def __init__(self, store: ConversationStore, redaction: Redaction) -> None:
        self._store = store
        self._redaction = redaction

    async def recall(self, conversation: ConversationId) -> Remembered:
        known = await self._store.recall(conversation)
        texts = [text for item in known.items for text in texts_of(item)]
        if known.summary:
            texts.append(Text(known.summary, Kind.SAID))
        redacted = iter(await self._redaction.redacted(texts))
        items = tuple(
            item if isinstance(item, ToolUsed) else redacted_item(item, redacted)
            for item in known.items
        )
        return replace(known, items=items, summary=next(redacted, ""))

    async def open(self, labels: Labels) -> ConversationId:
        return await self._store.open(labels)

    async def labels(self, conversation: ConversationId) -> Labels:
        return await self._store.labels(conversation)

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._store.relabel(conversation, labels)

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        *,
        after: int,
        response: str = "",
    ) -> bool:
        return await self._store.add(conversation, items, after=after, response=response)

    async def sum_up(self, conversation: ConversationId, summary: str, items: int) -> None:
        await self._store.sum_up(conversation, summary, items)

    async def newest(
        self, conversation: ConversationId, most: int, *, skip: int = 0
    ) -> Sequence[StoredItem]:
        return await self._store.newest(conversation, most, skip=skip)

    async def holds(self, conversation: ConversationId, response: str) -> bool:
        return await self._store.holds(conversation, response)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        return await self._store.remove(conversation, wanted)

    async def delete(self, conversation: ConversationId) -> int | None:
        return await self._store.delete(conversation)
