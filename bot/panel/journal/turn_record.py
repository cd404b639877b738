"""A claimed turn with its journal.

What is noted while something is written, or before that begins in the same pass of the loop, is
written together after it, in order. An event after which nothing happens outside before the next
one is noted may wait for that: see ``note_with_next``.

An entry whose writing is in doubt may be in the journal and not here. What goes on from here would
then not know what its own successor reads: so the record is of no use any more, whoever waits for
it, and the turn is postponed and read again.
"""

import asyncio
import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from bot import runtime
from bot.panel.errors import StoreUnavailable, TryLater, TurnLost
from bot.panel.journal.events import TurnEvent
from bot.panel.journal.journal import NO_JOURNAL, Journal
from bot.panel.journal.posts import Posts
from bot.panel.journal.progress import Progress
from bot.panel.model import Claim, Turn

log = logging.getLogger(__name__)


class TurnRecord:
    """The progress of a turn; every event is in the journal before it takes effect."""

    def __init__(self, claim: Claim, journal: Journal, entries: Sequence[TurnEvent | None]) -> None:
        self.claim = claim
        self.events = [entry for entry in entries if entry]
        self.progress = Progress.of(self.events)
        self._earlier = tuple(self.events)  # of other attempts
        self._length = len(entries)  # of the journal
        self.in_doubt = claim.in_doubt  # more may have been done than is written
        is_again = claim.attempt > 1 or bool(entries)  # a retried turn counts attempts from 1
        self.resumed = is_again or claim.in_doubt
        self._journal = journal
        self._waiting: list[_Entry] = []
        self._writing = asyncio.Lock()
        self._error: Exception | None = None  # why it is of no use any more

    @classmethod
    async def read(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the record of a claimed turn, with the events of earlier attempts."""
        return cls(claim, journal, await journal.read(claim))

    @classmethod
    async def begin(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the same for a turn in which nothing was done since it was claimed."""
        return cls(claim, journal, ()) if claim.is_new else await cls.read(claim, journal)

    @classmethod
    async def read_if_possible(cls, claim: Claim, journal: Journal) -> "TurnRecord":
        """Return the same; an empty record, which nobody keeps, if the journal is at fault."""
        try:
            return await cls.read(claim, journal)
        except (TryLater, TurnLost):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it
            kind = type(error).__name__
            log.warning("journal.unreadable", extra={"turn": claim.turn.id, "reason": kind})
            return cls(claim, NO_JOURNAL, ())

    @property
    def turn(self) -> Turn:
        return self.claim.turn

    @property
    def posts(self) -> Posts:
        return self.progress.posts

    @property
    def has_begun(self) -> bool:
        """Whether an earlier attempt has done anything."""
        return bool(self._earlier)

    async def note(self, event: TurnEvent) -> None:
        """Append *event*, with the time. Raises TurnLost if another worker has the turn.

        Raises StoreUnavailable if that, or an earlier entry, may or may not have been written.
        """
        self.check()
        entry = _Entry(_dated(event))
        self._waiting.append(entry)
        try:
            await self._write()
        finally:
            if entry in self._waiting:  # cancelled before it was written
                self._waiting.remove(entry)

    def note_with_next(self, event: TurnEvent) -> None:
        """Append *event* together with the next one, or at ``flush``.

        Only where a crash before that does no harm: what led to it is found again.
        """
        self.check()
        entry = _Entry(_dated(event))
        self._waiting.append(entry)
        self._know(entry)

    async def flush(self) -> None:
        """Append what still waits for the next event. Raises as ``note`` does."""
        if self._waiting:
            await self._write()

    def check(self) -> None:
        """Raise what has kept an entry from being written: the journal may know more than this."""
        if self._error:
            raise self._error

    async def _write(self) -> None:
        async with self._writing:
            await asyncio.sleep(0)  # so that others can join
            self.check()
            entries, self._waiting = self._waiting, []
            if not entries:
                return
            events = [entry.event for entry in entries]
            again = sum(event in self._earlier for event in events)
            try:
                await self._journal.append(self.claim, *events, again=again, after=self._length)
            except (StoreUnavailable, CancelledError):
                self._error = StoreUnavailable("an entry of the journal is in doubt")
                raise
            except Exception as error:
                self._error = error
                raise
            self._length += len(events)
            for entry in entries:
                self._know(entry)

    def _know(self, entry: "_Entry") -> None:
        if not entry.is_known:
            entry.is_known = True
            self.events.append(entry.event)
            self.progress = self.progress.after(entry.event)


@dataclass(eq=False, slots=True)
class _Entry:
    event: TurnEvent
    is_known: bool = False  # the record has it already


def _dated(event: TurnEvent) -> TurnEvent:
    return replace(event, at=round(runtime.time() * 1000))


RecordReader = Callable[[Claim, Journal], Awaitable[TurnRecord]]
