"""The journal of a turn: what it has already done. It is deleted with the turn.

The script that reads or writes also checks the token: a worker that has lost its turn can neither
read nor write the journal of the worker that has it now.

An entry that cannot be read, whoever wrote it, does not bury the turn: what was asked and answered
after it is asked again, and only what people may have seen since counts as done.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.shards import Shards
from bot.panel import observing
from bot.panel.errors import TurnLost
from bot.panel.journal.events import (
    ApprovalAsked,
    AuthorsRead,
    Closed,
    ConversationOpened,
    ExpertAnswered,
    FileStored,
    Posted,
    PostStarted,
    Retried,
    Routed,
    StreamEvent,
    StreamWithdrawn,
    TurnEvent,
    UploadOpened,
)
from bot.panel.journal.journal import Journal
from bot.panel.model import Claim, Turn
from bot.panel.observing import Measure
from bot.panel.usage import NO_EXTRAS, Extras

_APPEND, _READ = Script("append"), Script("read")

log = logging.getLogger(__name__)

_Used = Routed | ExpertAnswered | ApprovalAsked | Closed  # events that tell of usage
_KINDS: tuple[type[TurnEvent], ...] = get_args(TurnEvent)
# What versions before do not know is carried by an entry that changes nothing for them.
_CARRIED: Mapping[str, type[TurnEvent]] = {"authors": AuthorsRead, "opened": ConversationOpened}
_CARRIERS: Mapping[type[TurnEvent], StreamWithdrawn] = {
    kind: StreamWithdrawn(part) for part, kind in _CARRIED.items()
}
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

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        entries = await self._scripts.run(_READ, claim.turn.thread, claim.token)
        if entries is None:
            raise TurnLost(claim.turn.id)
        return tuple(self._readable(entries, claim.turn))

    async def append(self, claim: Claim, *events: TurnEvent, again: int = 0) -> None:
        about = entries_of(keys.thread_name(claim.turn.thread))
        entries = [self._cipher.encrypt_entry(journal_entry(event), about) for event in events]
        await self._scripts.fenced(_APPEND, claim, int(again), *entries)

    def _readable(self, entries: Iterable[str], turn: Turn) -> Iterator[TurnEvent]:
        is_whole, about = True, entries_of(keys.thread_name(turn.thread))
        for entry in entries:
            try:
                event = journal_event(self._cipher.decrypt_entry(entry, about))
            except codec.Unreadable as error:
                log.warning("journal.unreadable", extra={"turn": turn.id, "reason": str(error)})
                observing.count(Measure.UNREADABLE, what="journal")
                is_whole = False
            else:
                if is_whole or isinstance(event, _SEEN):
                    yield event


def entries_of(thread: str) -> str:
    """Return what the journals of the thread of that name are encrypted as."""
    return f"journal {thread}"


def journal_entry(event: TurnEvent) -> str:
    """Return *event* as an entry; its nonce tells a retried write from an equal, later event.

    What workers of versions before do not know, of usage and some events, stands behind the
    nonce, where they do not look: a turn may be theirs next.
    """
    nonce = runtime.token(6)
    if carrier := _CARRIERS.get(type(event)):
        nonce += codec.dump(event).replace(" ", "\\u0020")
        event = carrier
    if isinstance(event, _Used) and event.usage.extras != NO_EXTRAS:
        nonce += codec.dump(event.usage.extras)
        event = replace(event, usage=replace(event.usage, extras=NO_EXTRAS))
    return f"{nonce} {codec.dump_tagged(event)}"


def journal_event(entry: str) -> TurnEvent:
    """Return the event of an entry. Raises Unreadable."""
    nonce, _, text = entry.partition(" ")
    event = codec.load_tagged(_KINDS, text)
    _, brace, rest = nonce.partition("{")
    if brace and isinstance(event, StreamWithdrawn) and (kind := _CARRIED.get(event.part)):
        return codec.load(kind, brace + rest)
    if brace and isinstance(event, _Used):
        extras = codec.load(Extras, brace + rest)
        return replace(event, usage=replace(event.usage, extras=extras))
    return event
