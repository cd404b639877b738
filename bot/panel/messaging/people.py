"""Who is who in the workspace."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.model import UserId


class Role(StrEnum):
    """What a person may do in the workspace."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # from another organisation


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace."""

    id: UserId
    name: str
    role: Role
    locale: str = ""  # as Slack writes it: "pt-BR"; empty: unknown


# Whether somebody may ask us in a channel, which is given by its id.
MayAsk = Callable[[UserId, str], Awaitable[bool]]


async def anybody(_user: UserId, _channel_id: str) -> bool:
    """Let everybody ask."""
    return True


class People(Protocol):
    """The people of the workspace. Every method may raise MessengerUnavailable."""

    async def person(self, user: UserId) -> Person:
        """Return who *user* is."""

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        """Return the display names of *users*, without those who are unknown."""

    async def groups(self, user: UserId, among: Collection[str]) -> Collection[str]:
        """Return which of the user groups *among* these ids *user* is in."""

    async def has_others(
        self, besides: Collection[UserId], *, admins: bool, groups: Collection[str]
    ) -> bool:
        """Whether others than *besides* are in *groups*, or (*admins*) admins; True if unknown."""

    async def taken_names(self) -> frozenset[str]:
        """Return all names that are in use in the workspace."""


class Members(Protocol):
    """The members of channels. Every method may raise MessengerUnavailable."""

    async def include(self, channel_id: str, user: UserId) -> bool | None:
        """Whether *user* is in a channel; None if we are not told: the bot is not in it, say."""

    async def channels_of(self, user: UserId) -> Collection[str] | None:
        """Return the channels of *user*, of those that the bot sees; None if we are not told."""
