"""The journal of a turn: what it has already done. It is deleted with the turn.

The script that reads or writes also checks the token: a worker that has lost its turn can neither
read nor write the journal of the worker that has it now.

An event that only a newer version knows leaves the turn to its workers: nobody else can tell what
it has done. One whose name ends in ``Noted`` changes nothing of what is to be done, and is passed
over.

An entry that is damaged does not bury the turn: what was asked and answered after it is asked
again, and only what people may have seen since counts as done.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.shards import Shards
from bot.panel import observing
from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.journal.events import (
    ConversationOpened,
    FileStored,
    Retried,
    TurnEvent,
    UploadOpened,
)
from bot.panel.journal.journal import Journal
from bot.panel.journal.post_events import Posted, PostStarted, StreamEvent
from bot.panel.model import Claim, Turn
from bot.panel.observing import Measure

_APPEND, _READ = Script("append"), Script("read")

log = logging.getLogger(__name__)

_KINDS: tuple[type[TurnEvent], ...] = get_args(TurnEvent)
_PASSED_OVER = "Noted"  # the end of the names of events that may be
_SEEN = (
    ConversationOpened,
    PostStarted,
    Posted,
    UploadOpened,
    FileStored,
    Retried,
    *get_args(StreamEvent),
)


class RedisJournal(Journal):
    """The journals of the turns of a RedisTurnQueue with the same *shards*."""

    def __init__(self, redis: Connection, shards: Shards, cipher: Cipher = CLEAR) -> None:
        self._cipher = cipher
        self._scripts = ThreadScripts(redis, shards)

    async def read(self, claim: Claim) -> Sequence[TurnEvent | None]:
        entries = await self._scripts.run(_READ, claim.turn.thread, claim.token)
        if entries is None:
            raise TurnLost(claim.turn.id)
        return tuple(self._readable(entries, claim.turn))

    async def append(
        self, claim: Claim, *events: TurnEvent, again: int = 0, after: int | None = None
    ) -> None:
        about = entries_of(keys.thread_name(claim.turn.thread))
        entries = [self._cipher.encrypt_entry(journal_entry(event), about) for event in events]
        before = "" if after is None else after
        if await self._scripts.fenced(_APPEND, claim, int(again), before, *entries) < 0:
            raise StoreUnavailable("Redis has lost entries of the journal")

    def _readable(self, entries: Iterable[str], turn: Turn) -> Iterator[TurnEvent | None]:
        is_whole, about = True, entries_of(keys.thread_name(turn.thread))
        for entry in entries:
            event = None
            try:
                event = journal_event(self._cipher.decrypt_entry(entry, about))
            except codec.UnknownKind as newer:
                if not newer.name.endswith(_PASSED_OVER):
                    observing.count(Measure.UNREADABLE, what="journal")
                    raise
            except codec.Unreadable as error:
                log.warning("journal.unreadable", extra={"turn": turn.id, "reason": str(error)})
                observing.count(Measure.UNREADABLE, what="journal")
                is_whole = False
            yield event if is_whole or isinstance(event, _SEEN) else None


def entries_of(thread: str) -> str:
    """Return what the journals of the thread of that name are encrypted as."""
    return f"journal {thread}"


def journal_entry(event: TurnEvent) -> str:
    """Return *event* as an entry; its nonce tells a retried write from an equal, later event."""
    return f"{runtime.token(6)} {codec.dump_tagged(event)}"


def journal_event(entry: str) -> TurnEvent:
    """Return the event of an entry. Raises Unreadable."""
    return codec.load_tagged(_KINDS, entry.partition(" ")[2])
