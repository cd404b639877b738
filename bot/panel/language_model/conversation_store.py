"""What is needed to remember conversations ourselves, where the model's side remembers nothing.

An adapter of LanguageModel for such servers asks for it; an adapter of Redis fills it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.language_model.exchange import StoredItem
from bot.panel.links import Labels
from bot.panel.model import ConversationId

PREFIX = "own_"  # of the ids that we give ourselves


@dataclass(frozen=True, slots=True)
class Remembered:
    """A conversation as the model is to be told of it."""

    items: tuple[StoredItem, ...]  # oldest first, without those that the summary stands for
    summary: str = ""
    summed_up: int = 0  # how many items the summary stands for

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
        ...

    async def labels(self, conversation: ConversationId) -> Labels:
        """Return the labels of *conversation*."""
        ...

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        """Replace the labels of *conversation*."""
        ...

    async def recall(self, conversation: ConversationId) -> Remembered:
        """Return what the model is to be told of *conversation*."""
        ...

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        *,
        after: int,
        response: str = "",
    ) -> bool:
        """Add *items*, all or none; *response* names what they are of, if they are one.

        Returns False, adding nothing, if the conversation does not hold *after* items any more:
        somebody else has written.
        """
        ...

    async def sum_up(self, conversation: ConversationId, summary: str, items: int) -> None:
        """Let *summary* stand for the first *items* of *conversation*, which are kept."""
        ...

    async def newest(
        self, conversation: ConversationId, most: int, *, skip: int = 0
    ) -> Sequence[StoredItem]:
        """Return the newest items, newest first, after so many to *skip*."""
        ...

    async def holds(self, conversation: ConversationId, response: str) -> bool:
        """Whether *response* is among the hundred newest items of *conversation*."""
        ...

    async def delete(self, conversation: ConversationId) -> int | None:
        """Forget *conversation*; returns how many items it held, None if it is gone already."""
        ...
