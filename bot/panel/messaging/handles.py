"""Handles: @-names of experts that Slack completes while people type."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.kept import Kept
from bot.panel.model import ExpertName


@dataclass(frozen=True, slots=True)
class Handle(Kept):
    """A user group without members that stands for an expert in the whole workspace."""

    group: str
    expert: ExpertName
    name: str  # what people type after the @
    active: bool = True  # False: removed with its expert, and restored with it


class HandleStore(Protocol):
    """The handles of workspaces: lasting. Every method may raise StoreUnavailable."""

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        """Return the handles among *groups*, by group."""

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        """Return all handles of a workspace."""

    async def put(self, team_id: str, handle: Handle) -> None:
        """Save *handle*, replacing one of the same group."""

    async def drop(self, team_id: str, group: str) -> None:
        """Delete the handle of that group."""


def by_expert(handles: Iterable[Handle]) -> Mapping[ExpertName, str]:
    """Return the names of the active handles, by expert."""
    return {handle.expert: handle.name for handle in handles if handle.active}
