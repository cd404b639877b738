"""Who is in which channel: what is shown of one, or said in it, is for its members."""

from collections.abc import Collection
from typing import Protocol

from bot.panel.model import UserId


class Members(Protocol):
    """The members of channels. Every method may raise MessengerUnavailable."""

    async def include(self, channel_id: str, user: UserId) -> bool | None:
        """Whether *user* is in a channel; None if we are not told: the bot is not in it itself,
        so that it can say nothing there, or has no scope to ask.
        """

    async def channels_of(self, user: UserId) -> Collection[str] | None:
        """Return the channels of *user*, of those that the bot sees; None if we are not told."""
