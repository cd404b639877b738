"""What a turn has already done, kept beside the turn and forgotten with it.

The token is checked by the same script that writes: a worker that lost its turn cannot write into
the journal of the one that has it now, and cannot read there either.
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
        if not await self._run(self._append, claim, written(event)):
            raise TurnLost(claim.turn.id)

    async def _run(self, script: Script, claim: Claim, *args: str) -> list[str] | None:
        thread = claim.turn.thread
        with store_errors():
            answer: list[str] | None = await script(
                self._redis,
                self._shards.prefix(thread),
                keys.thread_name(thread),
                claim.token,
                *args,
            )
        return answer


def written(event: TurnEvent) -> str:
    """Return *event* as an entry; a nonce makes it unlike an equal one that is no second try."""
    return f"{token_urlsafe(6)} {codec.dump_tagged(event)}"
