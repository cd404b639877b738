"""What has to be known of the time in which nobody listened, and of what was written in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.intake.intake import Incoming
from bot.panel.model import ThreadRef

_MOST_THREADS = 10_000  # of all workspaces, to know in which the panel was asked lately


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody listened: from one moment to another, in seconds since 1970."""

    since: float
    until: float


class ListeningRecord(Protocol):
    """When somebody listened, in any process. Every method may raise StoreUnavailable."""

    async def listen(self, seconds: float) -> Gap | None:
        """Note that this process listens, and has for so many *seconds*; 0: it has just begun.

        Returns the gap that this process is to look into: if there is one, and no other process
        does so. To be called at least every few seconds.
        """

    async def searched(self) -> Mapping[str, float]:
        """Return until when each place has been searched for the gap that is looked into."""

    async def note_searched(self, place: str, gap: Gap) -> None:
        """Note that what was missed at *place* in *gap* is found, whoever goes on with the rest."""

    async def done(self, gap: Gap) -> None:
        """Note that all was found that was missed in *gap*."""

    async def leave(self) -> None:
        """Note that this process does not listen any more."""

    async def recent_threads(self, limit: int) -> Sequence[ThreadRef]:
        """Return the threads in which the panel was asked lately, the latest first."""


@dataclass(frozen=True, slots=True)
class SeenThread:
    """A thread as its channel shows it."""

    thread: ThreadRef
    latest: float  # when somebody last wrote in it, in seconds since 1970
    message: Incoming | None = None  # its first one, if a person wrote it since
    has_replies: bool = True


class MessageHistory(Protocol):
    """What was written where nobody listened, read with a part of the calls that are allowed.

    Every method may raise MessengerRefused, MessengerUnavailable and StoreUnavailable.
    """

    async def channels(self) -> Sequence[str]:
        """Return the channels, groups and direct messages that the panel can be asked in."""

    async def threads(self, channel_id: str, since: float) -> Sequence[SeenThread]:
        """Return the threads that the channel has begun lately, at least from *since* on."""

    async def messages(self, thread: ThreadRef, since: float) -> Sequence[Incoming]:
        """Return what people wrote in *thread* since then, in order; nothing if it is gone."""


class RecordOfWorkspace(ListeningRecord):
    """What the *record* of all workspaces says of one."""

    def __init__(self, record: ListeningRecord, team_id: str) -> None:
        self._record = record
        self._team_id = team_id

    async def listen(self, seconds: float) -> Gap | None:
        return await self._record.listen(seconds)

    async def searched(self) -> Mapping[str, float]:
        places = await self._record.searched()
        mine = f"{self._team_id}/"
        return {p.removeprefix(mine): until for p, until in places.items() if p.startswith(mine)}

    async def note_searched(self, place: str, gap: Gap) -> None:
        await self._record.note_searched(f"{self._team_id}/{place}", gap)

    async def done(self, gap: Gap) -> None:
        await self._record.done(gap)

    async def leave(self) -> None:
        await self._record.leave()

    async def recent_threads(self, limit: int) -> Sequence[ThreadRef]:
        recent = await self._record.recent_threads(_MOST_THREADS)
        return [thread for thread in recent if thread.team_id == self._team_id][:limit]


async def teams_asked_lately(record: ListeningRecord) -> Sequence[str]:
    """Return the workspaces in which the panel was asked lately, the latest first."""
    recent = await record.recent_threads(_MOST_THREADS)
    return list(dict.fromkeys(thread.team_id for thread in recent))
