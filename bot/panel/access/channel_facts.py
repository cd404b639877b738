"""What has to be known of channels to decide who may do what in them."""

from collections.abc import Collection
from typing import Protocol


class ChannelFacts(Protocol):
    """The channels of the workspace."""

    def ids(self, channel_id: str) -> Collection[str]:
        """Return all ids that the channel has had, as far as was read."""

    async def is_shared(self, channel_id: str) -> bool:
        """Whether people of other organisations are in the channel, or are invited.

        True where nobody can tell. Raises StoreUnavailable.
        """

    async def public(self) -> Collection[str]:
        """Return public channels with the bot; none if unknown. Raises MessengerUnavailable."""


class SharedChannelStore(Protocol):
    """Which channels events have said are shared. Every method may raise StoreUnavailable."""

    async def note(self, channel_id: str, *, shared: bool) -> None:
        """Note what the newest event has said."""

    async def is_shared(self, channel_id: str) -> bool | None:
        """Return what it said; None if there was none."""
