"""What people said in a thread. Every method may raise MessengerUnavailable."""

from collections.abc import Sequence
from typing import Protocol

from bot.panel.model import (
    ConversationId,
    MessageTs,
    ThreadRef,
    Turn,
    Utterance,
)


class Transcript(Protocol):
    """What people said in a thread, as a model reads it: mentions are names."""

    async def turn_messages(self, turn: Turn) -> Sequence[Utterance]:
        """Return the messages of *turn*."""
        ...

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        """Return what was said in *thread* before *before* (from *since* on, if given).

        Oldest first, within bounds; where there was more, the oldest is left out.
        """
        ...

    async def people_said(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        """Return what people (and no apps) said in *thread*, both ends included.

        A single message, *since* being *until*, is the one that is meant, whoever wrote it.
        """
        ...

    async def was_mentioned(self, thread: ThreadRef, *, before: MessageTs) -> bool:
        """Return whether somebody has mentioned us in *thread* before the message *before*."""
        ...

    async def router_of(self, thread: ThreadRef) -> ConversationId | None:
        """Return the router's conversation that our own messages in *thread* name, if any."""
        ...
