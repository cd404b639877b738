"""What was missed in a workspace while nobody listened, of one workspace or of each."""

from collections.abc import Mapping, Sequence

from bot.assembly.workspaces.reception import Reception
from bot.panel.intake.gap_search import GapSearch
from bot.panel.intake.missed_messages import Gap, ListeningRecord
from bot.panel.model import ThreadRef
from bot.panel.threads.thread_store import ThreadStore

MOST_THREADS = 10_000  # of all workspaces, to know in which the panel was asked lately


async def search_gap(
    there: Reception, threads: ThreadStore, record: ListeningRecord, gap: Gap, within: float
) -> None:
    """Receive what was missed in the workspace of *there*."""
    search = GapSearch(record, there.history, there.intake, threads, gap, within)
    await search.run()


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
        recent = await self._record.recent_threads(MOST_THREADS)
        return [thread for thread in recent if thread.team_id == self._team_id][:limit]


async def teams_asked_lately(record: ListeningRecord) -> Sequence[str]:
    """Return the workspaces in which the panel was asked lately, the latest first."""
    recent = await record.recent_threads(MOST_THREADS)
    return list(dict.fromkeys(thread.team_id for thread in recent))
