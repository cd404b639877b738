"""A HandleStore in memory."""

from collections.abc import Collection, Mapping, Sequence

from bot.panel.messaging.handles import Handle, HandleStore


class FakeHandleStore(HandleStore):
    """Keeps handles by workspace and group."""

    def __init__(self) -> None:
        self._handles: dict[tuple[str, str], Handle] = {}

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        return {
            group: self._handles[team_id, group]
            for group in groups
            if (team_id, group) in self._handles
        }

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        return [handle for (team, _), handle in self._handles.items() if team == team_id]

    async def put(self, team_id: str, handle: Handle) -> None:
        self._handles[team_id, handle.group] = handle

    async def drop(self, team_id: str, group: str) -> None:
        self._handles.pop((team_id, group), None)
