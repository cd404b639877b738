"""When somebody listened, kept in this process: what the scripts note, without servers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot import runtime
from bot.panel.intake.missed_messages import Gap, ListeningRecord
from bot.panel.model import ThreadRef

_PAUSE, _BREAK, _LEASE = 10.0, 3.0, 5.0  # seconds, as in Redis


@dataclass(slots=True)
class Listened:
    """What all processes note together. ``advance`` lets time pass."""

    heard: float | None = None
    by: str = ""
    gap: Gap | None = None
    doubt: Gap | None = None  # until it is known whether another process listened in it
    owner: str = ""  # who looks into the gap
    due: float = 0.0
    searched: dict[str, float] = field(default_factory=dict)
    passed: float = 0.0

    def now(self) -> float:
        """Return the seconds since 1970, and what ``advance`` added."""
        return runtime.time() + self.passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds

    def look_back(self, seconds: float) -> None:
        """Find a gap before a process that has listened for so many *seconds*."""
        now, last = self.now(), self.heard
        if last is None:
            return
        tolerated = _PAUSE if seconds else _BREAK if self.by else 0.0
        if now - last > tolerated:
            self._miss(Gap(last, now))
        elif not seconds:
            self.doubt = Gap(self.doubt.since if self.doubt else last, now)
        if self.doubt:
            is_over = now - seconds <= self.doubt.since  # it has listened all the time
            if not is_over and now - self.doubt.since > _BREAK:
                self._miss(self.doubt)
                is_over = True
            self.doubt = None if is_over else self.doubt

    def _miss(self, gap: Gap) -> None:
        known = self.gap or gap
        self.gap = Gap(min(known.since, gap.since), max(known.until, gap.until))


class FakeListeningRecord(ListeningRecord):
    """What is *known*, on behalf of the process of that *name*; *recent* says where one asked."""

    def __init__(
        self, known: Listened, name: str, recent: Callable[[], Sequence[ThreadRef]]
    ) -> None:
        self._known = known
        self._name = name
        self._recent = recent

    async def listen(self, seconds: float) -> Gap | None:
        known, now = self._known, self._known.now()
        known.look_back(seconds)
        known.heard, known.by = now, self._name
        if not known.gap or (known.owner not in ("", self._name) and known.due > now):
            return None
        known.owner, known.due = self._name, now + _LEASE
        return known.gap

    async def searched(self) -> Mapping[str, float]:
        return dict(self._known.searched)

    async def note_searched(self, place: str, gap: Gap) -> None:
        if self._known.owner == self._name:
            self._known.searched[place] = gap.until

    async def done(self, gap: Gap) -> None:
        known = self._known
        if known.owner == self._name and known.gap:
            known.owner = ""
            known.searched.clear()
            has_grown = known.gap.until > gap.until
            known.gap = Gap(gap.until, known.gap.until) if has_grown else None

    async def leave(self) -> None:
        known = self._known
        known.owner = "" if known.owner == self._name else known.owner
        known.by = "" if known.by == self._name else known.by

    async def recent_threads(self, limit: int) -> Sequence[ThreadRef]:
        return self._recent()[:limit]
