"""Handles: names that Slack completes while one types, and which expert each stands for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import ExpertName


@dataclass(frozen=True, slots=True)
class Handle:
    """A group without members that stands for an expert, in the whole workspace."""

    group: str
    expert: ExpertName
    name: str  # what people type after the @
    active: bool = True  # False: it went with its expert, and comes back with it


class HandleStore(Protocol):
    """Which groups are ours. Lasting: nothing else remembers it."""

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        """Return those of *groups* that are ours, by group."""
        ...

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        """Return all handles of a workspace."""
        ...

    async def put(self, team_id: str, handle: Handle) -> None:
        """Keep *handle*."""
        ...

    async def drop(self, team_id: str, group: str) -> None:
        """Forget the handle of that group."""
        ...


def by_expert(handles: Iterable[Handle]) -> Mapping[ExpertName, str]:
    """Return what people may type now, by expert."""
    return {handle.expert: handle.name for handle in handles if handle.active}
