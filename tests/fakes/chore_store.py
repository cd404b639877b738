"""A ChoreStore in memory."""

from collections.abc import Mapping

from bot import runtime
from bot.operations.chores import Chore, ChoreKind, ChoreStore


class FakeChoreStore(ChoreStore):
    """Keeps chores in order; all are due."""

    def __init__(self) -> None:
        self.waiting: list[Chore] = []
        self.installed = 0.0

    async def put(self, chore: Chore, *, after: float = 0) -> bool:
        is_new = chore not in self.waiting
        self.waiting += [chore] if is_new else []
        return is_new

    async def take(self, team_id: str, lease: float) -> tuple[Chore, int] | None:
        return (self.waiting[0], 0) if self.waiting else None

    async def renew(self, chore: Chore, lease: float) -> None:
        pass

    async def failed(self, chore: Chore, after: float) -> None:
        pass

    async def again(self, chore: Chore, after: float) -> None:
        pass

    async def done(self, chore: Chore) -> bool:
        is_there = chore in self.waiting
        self.waiting = [one for one in self.waiting if one != chore]
        return is_there

    async def due_teams(self, lease: float, limit: int) -> Mapping[str, str]:
        return dict.fromkeys([one.team_id for one in self.waiting][:limit], "")

    async def looked_after(self, team_id: str, claim: str) -> None:
        pass

    async def note_installed(self, team_id: str) -> bool:
        pending = len(self.waiting)
        self.waiting = [one for one in self.waiting if one.kind is not ChoreKind.REMOVE]
        self.installed = runtime.time()
        return len(self.waiting) < pending

    async def installed_at(self, team_id: str) -> float:
        return self.installed

    async def teams(self, kind: ChoreKind) -> list[str]:
        return sorted({one.team_id for one in self.waiting if one.kind is kind})
