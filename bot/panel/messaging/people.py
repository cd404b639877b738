"""Who is who in the workspace."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from bot.panel.model import Person, UserId


class People(Protocol):
    """The people of the workspace. Every method may raise MessengerUnavailable."""

    async def person(self, user: UserId) -> Person:
        """Return who *user* is."""
        ...

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        """Return the display names of *users*, without those who are unknown."""
        ...

    async def groups(self, user: UserId, among: Collection[str]) -> Collection[str]:
        """Return which of the user groups *among* these ids *user* is in."""
        ...

    async def taken_names(self) -> frozenset[str]:
        """Return all names that are in use in the workspace."""
        ...
