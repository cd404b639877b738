"""What the panel needs from the outside world: the queue, the journal, the model, functions.

What is kept is in stores.py, Slack in messaging.py.

Adapters and test fakes inherit from these, so the type checker holds both to the same
promises. Every method may raise the TryLater of its neighbour (ModelUnavailable,
MessengerUnavailable, StoreUnavailable).
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.functions import Piece, Request
from bot.panel.events import TurnEvent
from bot.panel.exchange import Item, ModelEvent, Prompt, StoredItem
from bot.panel.exhibits import MadeFile
from bot.panel.links import Labels
from bot.panel.model import Claim, ConversationId, Message, MessageTs, ThreadRef, TurnId, UserId


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread that waits for a worker, and how many are served before it."""

    thread: ThreadRef
    ahead: int
    asker: UserId | None = None  # of its first message, where that is known


@dataclass(frozen=True, slots=True)
class Halt:
    """What came of a wish to stop."""

    stopping: bool  # whether a turn is to be stopped, which then says so
    taken_back: MessageTs | None = None  # the first message that will not be answered


class TurnQueue(Protocol):
    """A durable queue. One thread's turns are claimed one at a time, in order."""

    async def put(self, thread: ThreadRef, message: Message, *, alone: bool = False) -> bool:
        """Add *message*; adding the same ts of a thread again changes nothing and returns False.

        Messages of a thread that wait together become one turn, except those put *alone*.
        """
        ...

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        """Replace the message *ts* that waits in *thread*; None takes it back.

        Returns False if it does not wait (any more).
        """
        ...

    async def claim(self) -> Claim:
        """Wait for a turn and lease it to this worker; turns whose lease ran out come first."""
        ...

    async def renew(self, claim: Claim) -> None:
        """Lengthen the lease. Raises TurnLost if another worker has the turn."""
        ...

    async def done(self, claim: Claim) -> None:
        """Forget the turn and its journal. Raises TurnLost if another worker has it."""
        ...

    async def postpone(self, claim: Claim, *, after: float) -> None:
        """Put the turn off after a failure; it can be claimed again *after* so many seconds.

        The journal stays. Raises TurnLost if another worker has the turn.
        """
        ...

    async def hand_over(self, claim: Claim) -> None:
        """Give the turn back as it is, for the next worker to go on at once.

        The journal stays. Raises TurnLost if another worker has the turn.
        """
        ...

    async def line(self, most: int) -> Sequence[Waiting]:
        """Return the threads that wait for a worker (of each sort so many at *most*).

        Empty to all workers but one, which is to tell them.
        """
        ...

    async def bury(self, claim: Claim, reason: str) -> None:
        """Put the turn, with its journal, aside for a person to look at.

        *reason* holds no content. Raises TurnLost if another worker has the turn.
        """
        ...

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> Halt | None:
        """Mark the turn of *thread* to be stopped, and take back the messages that wait there.

        None if the same wish, which *ts* names, was fulfilled before. One that found no turn may
        be put as a message.
        """
        ...

    async def stops(self) -> Mapping[ThreadRef, UserId]:
        """Return the threads whose turns are to be stopped, and who wants it."""
        ...

    async def retry(self, turn: TurnId) -> bool:
        """Let a buried turn be claimed again, before what waits in its thread.

        Its journal goes on with Retried. Returns False if no such turn is buried.
        """
        ...


class Journal(Protocol):
    """What a turn has already done."""

    async def read(self, claim: Claim) -> Sequence[TurnEvent]:
        """Return the entries so far, oldest first."""
        ...

    async def append(self, claim: Claim, event: TurnEvent) -> None:
        """Write *event* durably. Raises TurnLost, writing nothing, if another has the turn."""
        ...


class LanguageModel(Protocol):
    """A language model that remembers by conversation."""

    def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        """Send *prompt* and yield what the model writes; each call as soon as it is complete.

        The first event is Begun, the last is Responded; then everything is stored. Raises
        ModelUnavailable (what was sent may or may not be stored, so look with ``since`` before
        repeating), ModelRefused or ConversationGone. Waits by itself while the conversation is
        locked, and mends calls that an earlier crash left unanswered.
        """
        ...

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        """Store *items* without asking the model. Any number; may fail half way."""
        ...

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        """Return the newest user item whose text contains *ref* and all items after it.

        None if there is none among the last hundred items.
        """
        ...

    def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        """Yield all that *conversation* holds, newest first, however much it is.

        Kinds that we have no word for are left out. Raises ConversationGone.
        """
        ...

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        """Return what *file*, made in *conversation*, holds, at *most* so many bytes.

        Raises Refused, with a sentence for people, if it is gone or larger; ModelUnavailable,
        ModelRefused.
        """
        ...

    async def is_whole(self, response: str) -> bool:
        """Whether the model has written *response* to its end; waits while it still writes.

        False if it broke off, or nobody knows it.
        """
        ...

    async def open(self, labels: Labels) -> ConversationId:
        """Start a conversation that carries *labels* in its metadata."""
        ...

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        """Replace the labels of *conversation*."""
        ...

    async def labels(self, conversation: ConversationId) -> Labels | None:
        """Return the labels of *conversation*; None if it is gone or not one of ours."""
        ...

    async def delete(self, conversation: ConversationId) -> int | None:
        """Delete *conversation* with all that it holds; returns how many items these were.

        None if it is gone already. May fail half way: doing it again deletes the rest.
        """
        ...

    def is_current(self, conversation: ConversationId) -> bool:
        """Whether *conversation* is of the backend in use, as far as its id tells.

        Others can at most be read and deleted.
        """
        ...


class Functions(Protocol):
    """Experts that are functions."""

    def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        """Call the function *name* and yield what it answers, piece by piece.

        Raises FunctionRefused (its message is for people), FunctionFailed or FunctionMissing.
        What is not listened to any more is cancelled, if it can be.
        """
        ...
