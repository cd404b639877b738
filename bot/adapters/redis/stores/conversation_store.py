"""Conversations that the bot stores itself, for servers that store none.

Each item has the token of the call that added it as a prefix: the id of the response, if it is
part of one.
"""

from collections.abc import Callable, Sequence
from typing import get_args

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations.conversation_store import (
    PREFIX,
    ConversationStore,
    Remembered,
)
from bot.panel.language_model.exchange import StoredItem, UserSaid
from bot.panel.links import Labels
from bot.panel.model import ConversationId

_ADD, _NOTE = Script("kept_add"), Script("kept_note")
_ITEMS: tuple[type[StoredItem], ...] = get_args(StoredItem)
_LABELS: tuple[type[Labels], ...] = get_args(Labels)
_LOOK_BACK = 100
_ALL = 1_000_000  # items


class RedisConversationStore(ConversationStore):
    """Each conversation is a head and a list of items; both expire ninety days after a change."""

    def __init__(self, redis: Connection, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher

    async def open(self, labels: Labels) -> ConversationId:
        conversation = ConversationId(f"{PREFIX}{runtime.token(16)}")
        head = f"{keys.slot('kept', conversation)}head"
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(head, "labels", codec.dump_tagged(labels))
            pipe.expire(head, keys.THREAD_FOR)
            await pipe.execute()
        return conversation

    async def labels(self, conversation: ConversationId) -> Labels:
        labels = await self._redis.hget(f"{keys.slot('kept', conversation)}head", "labels")
        if not labels:
            raise ConversationGone(conversation)
        return codec.load_tagged(_LABELS, labels)

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._note(conversation, "labels", codec.dump_tagged(labels))

    async def recall(self, conversation: ConversationId) -> Remembered:
        key = keys.slot("kept", conversation)
        head = await self._redis.hgetall(f"{key}head")
        summed_up = int(head.get("summed_up", 0))
        entries = await self._redis.lrange(f"{key}items", summed_up, -1)
        if not head:
            raise ConversationGone(conversation)
        items = tuple(self._item(conversation, entry) for entry in entries)
        summary = self._cipher.decrypt(head.get("summary", ""), summary_of(conversation))
        return Remembered(items, summary, summed_up)

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        *,
        after: int,
        response: str = "",
    ) -> bool:
        token = response or runtime.token(8)
        about = items_of(conversation)
        plain = (f"{token} {codec.dump_tagged(item)}" for item in items)
        entries = [self._cipher.encrypt_entry(entry, about) for entry in plain]
        key = keys.slot("kept", conversation)
        added = await _ADD(self._redis, key, keys.THREAD_FOR, after, token, *entries)
        if added < 0:
            raise ConversationGone(conversation)
        return bool(added)

    async def sum_up(self, conversation: ConversationId, summary: str, items: int) -> None:
        written = self._cipher.encrypt(summary, summary_of(conversation))
        await self._note(conversation, "summary", written, "summed_up", items)

    async def newest(
        self, conversation: ConversationId, most: int, *, skip: int = 0
    ) -> Sequence[StoredItem]:
        entries = await self._entries(conversation, most, skip)
        return [self._item(conversation, entry) for entry in reversed(entries)]

    async def holds(self, conversation: ConversationId, response: str) -> bool:
        entries = await self._entries(conversation, _LOOK_BACK, 0)
        return any(entry.startswith(f"{response} ") for entry in entries)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        key, entries = keys.slot("kept", conversation), await self._entries(conversation, _ALL, 0)
        items = [(entry, self._item(conversation, entry)) for entry in entries]
        unwanted = [e for e, item in items if isinstance(item, UserSaid) and wanted(item.text)]
        async with self._redis.pipeline(transaction=True) as pipe:
            for entry in unwanted:
                pipe.lrem(f"{key}items", 1, entry)
            if unwanted:
                pipe.hdel(f"{key}head", "summary", "summed_up")
            await pipe.execute()
        return len(unwanted)

    async def delete(self, conversation: ConversationId) -> int | None:
        key = keys.slot("kept", conversation)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.llen(f"{key}items")
            pipe.delete(f"{key}head", f"{key}items")
            items, deleted = await pipe.execute()
        return int(items) if deleted else None

    async def _entries(self, conversation: ConversationId, most: int, skip: int) -> list[str]:
        key = keys.slot("kept", conversation)
        entries: list[str] = await self._redis.lrange(f"{key}items", -skip - most, -skip - 1)
        if not entries and not await self._redis.exists(f"{key}head"):
            raise ConversationGone(conversation)
        return entries

    async def _note(self, conversation: ConversationId, *fields: str | int) -> None:
        noted = await _NOTE(self._redis, keys.slot("kept", conversation), keys.THREAD_FOR, *fields)
        if not noted:
            raise ConversationGone(conversation)

    def _item(self, conversation: ConversationId, entry: str) -> StoredItem:
        plain = self._cipher.decrypt_entry(entry, items_of(conversation))
        return codec.load_tagged(_ITEMS, plain.partition(" ")[2])


def items_of(conversation: str) -> str:
    """Return what the items of *conversation* are encrypted as."""
    return f"item {conversation}"


def summary_of(conversation: str) -> str:
    """Return what the summary of *conversation* is encrypted as."""
    return f"summary {conversation}"
