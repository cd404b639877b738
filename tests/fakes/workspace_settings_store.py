"""A WorkspaceSettingsStore in memory."""

from collections.abc import Mapping

from bot.panel.installations.workspace_settings import WorkspaceSettingsStore


class FakeWorkspaceSettingsStore(WorkspaceSettingsStore):
    """Keeps settings by workspace."""

    def __init__(self) -> None:
        self._own: dict[str, dict[str, str]] = {}

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        return dict(self._own.get(team_id, {}))

    async def change(self, team_id: str, changes: Mapping[str, str | None]) -> None:
        own = {**self._own.get(team_id, {}), **changes}
        self._own[team_id] = {name: text for name, text in own.items() if text is not None}

    async def forget(self, team_id: str) -> None:
        self._own.pop(team_id, None)
