"""The journal of a turn: what it has already done. It is deleted with the turn.

The script that reads or writes also checks the token: a worker that has lost its turn can neither
read nor write the journal of the worker that has it now.
"""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import get_args

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.panel.errors import TurnLost
from bot.panel.journal.events import TurnEvent
from bot.panel.journal.journal import Journal
from bot.panel.model import Claim

_KINDS: tuple[type[TurnEvent], ...] = get_args(TurnEvent)


class RedisJournal(Journal):
    """The journals of the turns of a RedisTurnQueue with the same *shards*."""

    def __init__(self, redis: Connection, shards: keys.Shards) -> None:
        self._redis = redis
        self._shards = shards
        self._append = Script("append")
        self._read = Script("read")

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        entries = await self._run(self._read, claim)
        if entries is None:
            raise TurnLost(claim.turn.id)
        return tuple(codec.load_tagged(_KINDS, entry.partition(" ")[2]) for entry in entries)

    async def append(self, claim: Claim, event: TurnEvent) -> None:
        if not await self._run(self._append, claim, journal_entry(event)):
            raise TurnLost(claim.turn.id)

    async def _run(self, script: Script, claim: Claim, *args: str) -> list[str] | None:
        thread = claim.turn.thread
        with store_errors():
            entries: list[str] | None = await script(
                self._redis,
                self._shards.prefix(thread),
                keys.thread_name(thread),
                claim.token,
                *args,
            )
        return entries


def journal_entry(event: TurnEvent) -> str:
    """Return *event* as an entry; its nonce tells a retried write from an equal, later event."""
    return f"{token_urlsafe(6)} {codec.dump_tagged(event)}"
