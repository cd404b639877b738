"""The outbox in memory, beside a queue in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count

from bot.panel.errors import TurnLost
from bot.panel.messaging.outbox import LastState, Outbox, Outgoing
from bot.panel.model import Claim, ThreadRef
from tests.fakes.turn_queue import FakeTurnQueue


@dataclass(slots=True)
class _Entry:
    state: LastState
    version: int
    due: float
    claim: Claim | None
    failed: int = 0
    sender: int = 0


class FakeOutbox(Outbox):
    """The last states of the turns in *queue*, whose clock it shares; ``put_states`` has all."""

    def __init__(self, queue: FakeTurnQueue, *, lease: float = 15.0, most: int = 10_000) -> None:
        self._queue = queue
        self._lease = lease
        self._most = most
        self._entries: dict[tuple[ThreadRef, str], _Entry] = {}
        self._numbers = count(1)
        self.put_states: list[LastState] = []

    async def put(self, state: LastState, claim: Claim | None = None) -> None:
        if claim:
            self._queue.held(claim)
        self.put_states.append(state)
        key, version = (state.thread, state.about), next(self._numbers)
        if known := self._entries.get(key):
            known.state, known.version, known.claim = state, version, claim
        else:
            self._entries[key] = _Entry(state, version, self._queue.now(), claim)
        while len(self._entries) > self._most:
            own = [one for one in self._entries if one[0].team_id == state.thread.team_id]
            del self._entries[min(own, key=lambda key: self._entries[key].due)]
        self._queue.note_change()

    async def claim(self, busy: Collection[str] = ()) -> Outgoing:
        while (outgoing := self._take(busy)) is None:
            await self._queue.changed(
                min(
                    (
                        one.due
                        for (thread, _), one in self._entries.items()
                        if thread.team_id not in busy
                    ),
                    default=None,
                )
            )
        return outgoing

    async def renew(self, outgoing: Outgoing) -> None:
        entry = self._leased(outgoing)
        if entry is None:
            raise TurnLost(outgoing.state.about)
        entry.due = self._queue.now() + self._lease

    async def sent(self, outgoing: Outgoing) -> None:
        entry = self._leased(outgoing)
        if entry and entry.version > outgoing.token:
            entry.sender, entry.due = 0, self._queue.now()
            self._queue.note_change()
        elif entry:
            del self._entries[entry.state.thread, entry.state.about]
            self._queue.note_change()

    async def postpone(self, outgoing: Outgoing, *, after: float, failed: bool = True) -> None:
        if entry := self._leased(outgoing):
            is_newer = entry.version > outgoing.token
            entry.sender, entry.due = 0, self._queue.now() + (0 if is_newer else after)
            entry.failed += failed and not is_newer
            self._queue.note_change()

    async def of(self, thread: ThreadRef) -> Mapping[str, LastState]:
        return {about: one.state for (of, about), one in self._entries.items() if of == thread}

    async def waiting(self) -> int:
        return len(self._entries)

    def _take(self, busy: Collection[str]) -> Outgoing | None:
        for key, entry in sorted(self._entries.items(), key=lambda item: item[1].due):
            if entry.due > self._queue.now() or key[0].team_id in busy:
                continue
            if entry.state.passing and self._queue.is_busy_without(key[0], entry.claim):
                entry.due = self._queue.now() + min(self._lease, 2.0)
            else:
                entry.sender, entry.due = next(self._numbers), self._queue.now() + self._lease
                return Outgoing(entry.state, entry.sender, entry.failed)
        return None

    def _leased(self, outgoing: Outgoing) -> _Entry | None:
        entry = self._entries.get((outgoing.state.thread, outgoing.state.about))
        return entry if entry and entry.sender == outgoing.token else None
