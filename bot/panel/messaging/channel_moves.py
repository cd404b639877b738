"""Channels whose id has changed: Slack does that when a private channel is shared.

Everything is stored under the first id that a channel had, and Slack is asked by its current one.
So nothing that is stored has to move.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.errors import TryLater


@dataclass(frozen=True, slots=True)
class ChannelMove:
    """A channel had one id, and has another since *at* (seconds since the epoch)."""

    old: str
    new: str
    at: float


class ChannelsMoved(TryLater):
    """A channel's id has changed since moves were last read: it may be known by an earlier one."""


class ChannelMoves:
    """All *moves* of a workspace; they may have come in any order, twice, or contradict."""

    def __init__(self, moves: Iterable[ChannelMove] = ()) -> None:
        groups: dict[str, list[ChannelMove]] = {}
        for move in moves:
            joined = [*groups.get(move.old, ()), *groups.get(move.new, ()), move]
            groups |= {channel: joined for one in joined for channel in (one.old, one.new)}
        self._groups: Mapping[str, Collection[str]] = {
            channel: {one for move in group for one in (move.old, move.new)}
            for channel, group in groups.items()
        }
        self._first: Mapping[str, str] = {
            channel: min(group, key=_time).old for channel, group in groups.items()
        }
        self._current: Mapping[str, str] = {
            channel: max(group, key=_time).new for channel, group in groups.items()
        }

    def __bool__(self) -> bool:
        return bool(self._first)

    def first(self, channel: str) -> str:
        """Return the id under which everything about *channel* is stored."""
        return self._first.get(channel, channel)

    def group(self, channel: str) -> Collection[str]:
        """Return all ids that *channel* has had, if they have changed."""
        return self._groups.get(channel, ())

    def current(self, channel: str) -> str:
        """Return the id by which Slack knows *channel* now."""
        return self._current.get(channel, channel)


def _time(move: ChannelMove) -> tuple[float, str, str]:
    return move.at, move.old, move.new


class ChannelMoveStore(Protocol):
    """The moves of each workspace: lasting. Every method may raise StoreUnavailable."""

    async def note(self, team_id: str, move: ChannelMove) -> None:
        """Store *move*; the first time counts if it is noted again."""

    async def of_team(self, team_id: str) -> Sequence[ChannelMove]:
        """Return all moves of a workspace."""
