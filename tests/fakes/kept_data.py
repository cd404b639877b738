"""All that is stored, as a test says it."""

from collections.abc import AsyncIterator, Mapping, Sequence

from bot.operations.kept_data import KeptData, KeptOfThread, Unanswered
from bot.panel.model import ThreadRef, UserId


class FakeKeptData(KeptData):
    """Remembers what a test puts in, and which keys were erased."""

    def __init__(self) -> None:
        self.kept: dict[ThreadRef, KeptOfThread] = {}
        self.unanswered_of: dict[UserId, Unanswered] = {}
        self.notices: dict[str, list[str]] = {}  # keys, by channel
        self.erased: list[str] = []
        self.idle_for: dict[ThreadRef, float] = {}  # seconds
        self.rebuilt: dict[str, str] = {}  # how far, by channel

    async def threads(self, team_id: str, channel_id: str = "") -> Mapping[ThreadRef, KeptOfThread]:
        return {
            thread: kept
            for thread, kept in self.kept.items()
            if thread.team_id == team_id and channel_id in ("", thread.channel_id)
        }

    async def unanswered(self, team_id: str, user: UserId) -> Unanswered:
        return self.unanswered_of.get(user, Unanswered((), ()))

    async def keys_about(self, team_id: str, id_: str) -> Sequence[str]:
        return self.notices.get(id_, [])

    async def rebuilt_until(self, team_id: str, channel_id: str) -> str:
        return self.rebuilt.get(channel_id, "")

    async def note_rebuilt(self, team_id: str, channel_id: str, *, until: str) -> None:
        self.rebuilt[channel_id] = until

    async def idle_threads(self, team_id: str) -> AsyncIterator[tuple[ThreadRef, float]]:
        for thread, idle in self.idle_for.items():
            yield thread, idle

    async def idle(self, thread: ThreadRef) -> float | None:
        return self.idle_for.get(thread)

    async def team_keys(self, team_id: str) -> Sequence[str]:
        return [f"of {team_id}"]

    async def erase(self, keys: Sequence[str]) -> int:
        self.erased += keys
        return len(keys)
