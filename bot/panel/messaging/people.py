"""Who is who in the workspace. Every method may raise MessengerUnavailable."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from bot.panel.model import (
    Person,
    UserId,
)


class People(Protocol):
    """Who is who in the workspace."""

    async def person(self, user: UserId) -> Person:
        """Return who *user* is."""
        ...

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        """Return the display names of *users*; those nobody knows are left out."""
        ...

    async def groups(self, user: UserId, among: Collection[str]) -> Collection[str]:
        """Return which user groups *user* is in, *among* these ids."""
        ...

    async def taken_names(self) -> frozenset[str]:
        """Return every name that somebody in the workspace goes by."""
        ...
