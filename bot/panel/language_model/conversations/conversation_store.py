"""Storing conversations ourselves, for servers that do not store any.

The backend ``stateless`` uses the port; the Redis adapter implements it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.language_model.exchange import StoredItem
from bot.panel.links import Labels
from bot.panel.model import ConversationId

PREFIX = "own_"  # of the ids that we give ourselves


@dataclass(frozen=True, slots=True)
class Remembered:
    """A conversation as it is sent to the model."""

    items: tuple[StoredItem, ...]  # oldest first, without those that were summed up
    summary: str = ""
    summed_up: int = 0  # how many items the summary replaces

    @property
    def length(self) -> int:
        """How many items the conversation holds."""
        return self.summed_up + len(self.items)


class ConversationStore(Protocol):
    """Conversations that we keep ourselves.

    Each method but ``open`` and ``delete`` raises ConversationGone.
    """

    async def open(self, labels: Labels) -> ConversationId:
        """Start a conversation that carries *labels*; its id begins with PREFIX."""

    async def labels(self, conversation: ConversationId) -> Labels:
        """Return the labels of *conversation*."""

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        """Replace the labels of *conversation*."""

    async def recall(self, conversation: ConversationId) -> Remembered:
        """Return what is sent to the model of *conversation*."""

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        *,
        after: int,
        response: str = "",
    ) -> bool:
        """Add *items*, all or none; *response* is the id of the response that they are, if any.

        Returns False, adding nothing, if the conversation does not have exactly *after* items:
        somebody else has written.
        """

    async def sum_up(self, conversation: ConversationId, summary: str, items: int) -> None:
        """Send *summary* in place of the first *items* of *conversation*, which stay stored."""

    async def newest(
        self, conversation: ConversationId, most: int, *, skip: int = 0
    ) -> Sequence[StoredItem]:
        """Return up to *most* items, newest first, without the newest *skip* ones."""

    async def holds(self, conversation: ConversationId, response: str) -> bool:
        """Whether *response* is among the hundred newest items of *conversation*."""

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        """Delete the user's items with *wanted* texts; returns how many there were.

        A summary that may tell of them goes as well: what it replaced is sent again.
        """

    async def delete(self, conversation: ConversationId) -> int | None:
        """Forget *conversation*; returns how many items it held, None if it is gone already."""
