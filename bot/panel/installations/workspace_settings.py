"""What each workspace has set for itself: shown with where each value comes from, and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.model import UserId


class Origin(StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    DEPLOYMENT = "deployment"
    WORKSPACE = "workspace"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as it counts for a workspace."""

    name: str
    value: str  # as it is written; of a secret, nothing
    origin: Origin
    is_secret: bool
    is_for_operators: bool  # only they set it


class WorkspaceSettingsStore(Protocol):
    """Own settings of workspaces, as texts by name: lasting. Methods may raise StoreUnavailable."""

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        """Return what a workspace has set; raises what the store raises for what it cannot read."""

    async def change(self, team_id: str, changes: Mapping[str, str | None]) -> None:
        """Set all of these in one step; None takes back."""

    async def forget(self, team_id: str) -> None:
        """Take back all that a workspace has set."""


class WorkspaceSettings(Protocol):
    """The settings of one workspace. Methods may raise StoreUnavailable."""

    @property
    def can_change(self) -> bool:
        """Whether there are any of its own: not where the only workspace has the deployment's."""

    async def shown(self) -> Sequence[ShownSetting]:
        """Return all that a workspace may have of its own."""

    async def change(self, changes: Mapping[str, str | None], by: UserId | None) -> None:
        """Set all of these, or take them back (None). *by* is None for whoever runs the bot.

        Raises Refused, which says what is wrong with them; nothing is changed then.
        """
