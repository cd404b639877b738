"""What people have said in a thread."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import ConversationId, MessageTs, ThreadRef, Turn, UserId
from bot.panel.utterance import Utterance


@dataclass(frozen=True, slots=True)
class NamedRouters:
    """The newest conversation that messages signed for a thread name, and that others there do."""

    signed: ConversationId | None = None
    unsigned: ConversationId | None = None


class Transcript(Protocol):
    """Reads threads, for models: mentions are names. Methods may raise MessengerUnavailable."""

    async def turn_messages(self, turn: Turn) -> Sequence[Utterance]:
        """Return the messages of *turn*."""

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        """Return what was said from *since* on until *before*, in order; the newest of too much."""

    async def some(self, thread: ThreadRef, messages: Collection[MessageTs]) -> Sequence[Utterance]:
        """Return *messages* of *thread* as they are now, oldest first, without deleted ones."""

    async def people_said(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        """Return what people, but not apps, said in *thread*, both ends included.

        If *since* equals *until*, that message is returned, whoever wrote it.
        """

    async def was_mentioned(
        self, thread: ThreadRef, *, before: MessageTs, by: Callable[[UserId], Awaitable[bool]]
    ) -> bool:
        """Return whether one of the people *by* mentioned the bot in *thread* before *before*."""

    async def routers_of(self, thread: ThreadRef) -> NamedRouters:
        """Return which conversations of the router our own messages in *thread* name."""

    async def has_moved(self, former: ThreadRef, thread: ThreadRef) -> bool:
        """Whether our messages in *thread* are signed for *former*; if so, the move is noted."""

    def lacks(self, thread: ThreadRef) -> str:
        """Return the permission without which *thread* was not read; empty if nothing is known."""
