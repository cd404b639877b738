"""Whose turn is next: the places of threads, and of workspaces that share the turns, in memory."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

from bot.panel.model import ThreadRef

T = TypeVar("T")
Place = tuple[int, int]  # the round, and the place in it
Channel = tuple[str, str]


def channel_of(thread: ThreadRef) -> Channel:
    """Return the channel of *thread* as counts know it."""
    return thread.team_id, thread.channel_id


class TurnOrder:
    """The rooms are those of the queue; *note_change* is told of who became ready."""

    def __init__(
        self, room: int, workspace_room: int | None, note_change: Callable[[], None]
    ) -> None:
        self.is_shared = workspace_room is not None
        self._room, self._workspace_room = room, workspace_room or 0
        self._note_change = note_change
        self._aside: defaultdict[Channel, dict[ThreadRef, Place]] = defaultdict(dict)
        self._lines: defaultdict[str, dict[ThreadRef, Place]] = defaultdict(dict)
        self._ready: dict[ThreadRef | str, Place] = {}
        self._rounds: dict[Channel | str, int] = {}  # that a channel has reached, a workspace is in
        self._round = 0
        self._places = 0

    def __contains__(self, thread: ThreadRef) -> bool:
        in_line = thread in self._lines[thread.team_id]
        return in_line or thread in self._ready or thread in self._aside[channel_of(thread)]

    def __len__(self) -> int:
        return sum(map(len, self.rows()))

    def clear(self) -> None:
        """Forget all who wait."""
        for memory in (self._ready, self._lines, self._aside):
            memory.clear()

    @property
    def next(self) -> Sequence[ThreadRef]:
        """Those who are next: where workspaces share the turns, the first of each."""
        return [
            one if isinstance(one, ThreadRef) else _in_order(self._lines[one])[0]
            for one in _in_order(self._ready)
        ]

    def rows(self) -> Iterator[Sequence[ThreadRef]]:
        """Those who are ready, as they will be served; then those who wait for their share."""
        ready = [
            [one] if isinstance(one, ThreadRef) else _in_order(self._lines[one])
            for one in _in_order(self._ready)
        ]
        yield [thread for by_turns in zip_longest(*ready) for thread in by_turns if thread]
        yield from (_in_order(row) for team, row in self._lines.items() if team not in self._ready)
        yield from map(_in_order, self._aside.values())

    def join(self, thread: ThreadRef) -> None:
        """Give *thread* a place."""
        channel = channel_of(thread)
        served = self._rounds.get(thread.team_id, self._round) if self.is_shared else self._round
        self._rounds[channel] = max(self._rounds.get(channel, 0), served) + 1
        self._places += 1
        self._stand(thread, (self._rounds[channel], self._places))

    def leave(self, thread: ThreadRef) -> None:
        """Take its place from *thread*; one that it came forward to goes to the next."""
        line = self._lines[thread.team_id]
        was_in_line = line.pop(thread, None)
        if was_in_line and not line:
            self._rounds.pop(thread.team_id, None)
            self._ready.pop(thread.team_id, None)
        if self._ready.pop(thread, None) or was_in_line:
            self._come_forward(channel_of(thread))
        self._aside[channel_of(thread)].pop(thread, None)

    def make_room(self, ended: ThreadRef) -> None:
        """Let those come forward who wait for the shares that *ended* has had."""
        self._come_forward(channel_of(ended))
        if self._lines[ended.team_id]:
            self._line_up(ended.team_id)

    def can_begin(self, running: Collection[ThreadRef]) -> bool:
        """Whether somebody is next, while turns of *running* are in progress."""
        channels, teams = Counter(map(channel_of, running)), Counter(one.team_id for one in running)
        ready = next(self.rows())
        return any(
            channels[channel_of(one)] < self._room
            and (self._workspace_room == 0 or teams[one.team_id] < self._workspace_room)
            for one in ready
        )

    def take(self, running: Collection[ThreadRef]) -> ThreadRef | None:
        """Return who is next, while turns of *running* are in progress."""
        channels, teams = Counter(map(channel_of, running)), Counter(one.team_id for one in running)
        while self._ready:
            name = _in_order(self._ready)[0]
            place = own = self._ready.pop(name)
            if isinstance(name, ThreadRef):
                thread = name
            elif 0 < self._workspace_room <= teams[name]:
                continue
            else:
                line = self._lines[name]
                thread = _in_order(line)[0]
                own = line.pop(thread)
            has_room = channels[channel_of(thread)] < self._room
            if not isinstance(name, ThreadRef):
                self._go_on(name, place, own, has_room=has_room)
            if has_room:
                self._round = max(self._round, place[0])
                if self._rounds.get(channel_of(thread), 0) <= own[0]:
                    self._rounds.pop(channel_of(thread), None)
                return thread
            self._aside[channel_of(thread)][thread] = own
        return None

    def _come_forward(self, channel: Channel) -> None:
        if aside := self._aside[channel]:
            first = _in_order(aside)[0]
            self._stand(first, aside.pop(first))

    def _go_on(self, team: str, place: Place, own: Place, *, has_room: bool) -> None:
        if not self._lines[team]:
            self._rounds.pop(team, None)
            return
        self._ready[team] = (place[0] + has_room, place[1])
        if has_room:
            self._rounds[team] = max(self._rounds.get(team, 0), own[0])

    def _stand(self, thread: ThreadRef, place: Place) -> None:
        if self.is_shared:
            self._lines[thread.team_id][thread] = place
            self._line_up(thread.team_id)
        else:
            self._ready[thread] = place
        self._note_change()

    def _line_up(self, team: str) -> None:
        if team not in self._ready:
            self._places += 1
            self._ready[team] = (self._round + 1, self._places)
        self._note_change()


def _in_order(places: dict[T, Place]) -> Sequence[T]:
    return sorted(places, key=places.__getitem__)
