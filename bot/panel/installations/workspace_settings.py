"""What each workspace has set for itself, and how processes notice that it has changed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn, Protocol

from bot.panel.loops import forever

_EVERY = 2.0  # seconds: one question for all workspaces of a process


class WorkspaceSettingsStore(Protocol):
    """Own settings of workspaces, as texts by name: lasting. Methods may raise StoreUnavailable."""

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        """Return what a workspace has set; raises what the store raises for what it cannot read."""

    async def change(self, team_id: str, changes: Mapping[str, str | None]) -> None:
        """Set all of these at once; None takes back."""

    async def forget(self, team_id: str) -> None:
        """Take back all that a workspace has set."""

    async def changed_since(self, version: int) -> tuple[int, frozenset[str] | None]:
        """Return the version now, and which workspaces have changed theirs since another.

        None: nobody knows which, for the store has lost its versions.
        """


class SettingsWatch:
    """Tells *changed* within seconds which workspaces have changed their settings: None: any."""

    def __init__(
        self,
        store: WorkspaceSettingsStore,
        changed: Callable[[frozenset[str] | None], Awaitable[None]],
    ) -> None:
        self._store = store
        self._changed = changed
        self._version = 0

    async def begin(self) -> None:
        """Count changes from now on; call it before the first settings are read."""
        self._version, _ = await self._store.changed_since(0)

    async def run(self) -> NoReturn:
        """Look for changes until cancelled."""
        await forever(self.look, "settings.unknown", every=_EVERY)

    async def look(self) -> None:
        """Look once."""
        version, teams = await self._store.changed_since(self._version)
        if teams is None or teams:
            await self._changed(teams)
        self._version = version
