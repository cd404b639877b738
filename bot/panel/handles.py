"""Handles: names that Slack completes while one types, and which expert each stands for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import ExpertName


@dataclass(frozen=True, slots=True)
class Handle:
    """A group without members that stands for an expert, in the whole workspace."""

    group: str
    expert: ExpertName
    title: str  # what a model reads in place of the mention


class HandleStore(Protocol):
    """Which groups are ours. Lasting: nothing else remembers it."""

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        """Return those of *groups* that are ours, by group."""
        ...

    async def of_expert(self, team_id: str, name: ExpertName) -> Handle | None:
        """Return the expert's handle, if it has one."""
        ...

    async def put(self, team_id: str, handle: Handle) -> None:
        """Keep *handle*."""
        ...

    async def drop(self, team_id: str, group: str) -> None:
        """Forget the handle of that group."""
        ...
