"""Whose a conversation is: its thread, and its expert or the router.

A key for each would take three fifths of a thread's memory. So they lie in hashes, hundreds in one;
Redis lets a hash expire only as a whole, so there are new ones every month, and an owner that is
noted again moves there.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable
from zlib import crc32

from bot import runtime
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.links import Owner
from bot.panel.model import ConsultationPath, ConversationId, ThreadRef

_HASHES = 128  # in a month
_MONTH = 30 * keys.DAY
_MONTHS = range(1, -5, -1)  # from now, where owners may be: another process's clock may be ahead
_OPENAI, _HEX = "conv_", 48  # the form of OpenAI's ids: 48 hexadecimal digits
_PACKED = "="


class ConversationOwners:
    """Remembers owners for as long as a thread, and a month at most beyond that."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def note(
        self, thread: ThreadRef, conversations: Iterable[tuple[ConversationId, str]]
    ) -> None:
        """Note that *conversations* are those of *thread*, each with its expert or ""."""
        month = _month_now()
        async with self._redis.pipeline(transaction=False) as pipe:
            for conversation, expert in conversations:
                key = _key(month, conversation)
                pipe.hset(key, _packed(conversation), f"{keys.thread_name(thread)}/{expert}")
                pipe.expire(key, keys.THREAD_FOR)
            await pipe.execute()

    async def find(self, conversation: ConversationId) -> Owner | None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for month in _months():
                pipe.hget(_key(month, conversation), _packed(conversation))
            written = await pipe.execute()
        return next((_owner(text) for text in written if text), None)

    async def forget(self, conversations: Iterable[ConversationId]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for conversation in conversations:
                for month in _months():
                    pipe.hdel(_key(month, conversation), _packed(conversation))
            await pipe.execute()

    async def all(self) -> AsyncIterator[tuple[ConversationId, Owner]]:
        """Yield every conversation with its owner, perhaps more than once."""
        async for key in self._redis.scan_iter("panelbot:owners:*", count=1000):
            async for packed, text in self._redis.hscan_iter(key, count=1000):
                yield _unpacked(packed), _owner(text)


def _month_now() -> int:
    return int(runtime.time() // _MONTH)


def _months() -> list[int]:
    return [_month_now() + month for month in _MONTHS]


def _key(month: int, conversation: ConversationId) -> str:
    return keys.key("owners", month, crc32(conversation.encode()) % _HASHES)


def _packed(conversation: ConversationId) -> str:
    """Return *conversation* as a field, OpenAI's ids shorter: there are millions of them."""
    digits = conversation.removeprefix(_OPENAI)
    if len(digits) == _HEX and set(digits) <= set("0123456789abcdef") and digits != conversation:
        return _PACKED + urlsafe_b64encode(bytes.fromhex(digits)).decode()
    return conversation


def _unpacked(field: str) -> ConversationId:
    if not field.startswith(_PACKED):
        return ConversationId(field)
    return ConversationId(_OPENAI + urlsafe_b64decode(field.removeprefix(_PACKED)).hex())


def _owner(text: str) -> Owner:
    thread, _, expert = text.partition("/")
    return Owner(keys.thread_of(thread), ConsultationPath(expert) if expert else None)
