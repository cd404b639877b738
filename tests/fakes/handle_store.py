"""A HandleStore in memory."""

from collections.abc import Collection, Mapping

from bot.panel.handles import Handle, HandleStore
from bot.panel.model import ExpertName


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

    async def of_expert(self, team_id: str, name: ExpertName) -> Handle | None:
        known = [one for (team, _), one in self._handles.items() if team == team_id]
        return next((one for one in known if one.expert == name), None)

    async def put(self, team_id: str, handle: Handle) -> None:
        self._handles[team_id, handle.group] = handle

    async def drop(self, team_id: str, group: str) -> None:
        self._handles.pop((team_id, group), None)
