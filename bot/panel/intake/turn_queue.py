"""The durable queue of turns. One thread's turns are claimed one at a time, in order."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, TurnId, UserId

MOST_APP_QUESTIONS = 3  # in one thread without a person's in between: apps must not talk in circles


@dataclass(frozen=True, slots=True)
class WaitingThread:
    """A thread that waits for a worker, and its place in the queue."""

    thread: ThreadRef
    ahead: int  # how many threads are served before it
    addressee: UserId | None = None  # of its first message, if known


@dataclass(frozen=True, slots=True)
class StopResult:
    """The effect of a request to stop."""

    stopping: bool  # whether a turn is being stopped, which will then say so
    taken_back: MessageTs | None = None  # the first message that will not be answered


class TurnQueue(Protocol):
    """What the panel needs of the queue.

    Every method may raise StoreUnavailable. Those that take a *claim* raise TurnLost, changing
    nothing, if another worker has the turn by now.
    """

    knows_moves: bool  # whether it can look how many moves of channels there are

    async def put(
        self, thread: ThreadRef, message: Message, *, alone: bool = False, moves: int | None = None
    ) -> bool:
        """Add *message*; returns False, changing nothing, if its ts was added to *thread* before.

        Nor is it added if an app asks, and apps have asked MOST_APP_QUESTIONS there in a row. If it
        mentions us, *thread* is ours in any case, or stays muted (see ``ThreadStore.make_ours``).
        Raises ChannelsMoved, changing nothing, unless there are as many *moves* of channels as
        *thread* was named with.
        Messages that wait in a thread become one turn, except those that are put *alone*.
        """

    async def amend(self, thread: ThreadRef, ts: MessageTs, message: Message | None) -> bool:
        """Replace the message *ts* that waits in *thread*; None removes it: it may be put again.

        Returns False if it does not wait (any more), or if *message* is another author's.
        """

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> bool:
        """Remove the message *ts* of *thread*, which was deleted; if it comes later, do not add it.

        A postponed turn about it can be claimed at once. Returns False if it does not wait.
        """

    async def deleted(self, turns: Collection[Turn]) -> Mapping[TurnId, Set[MessageTs]]:
        """Return which messages of each of *turns*, or that it is about, were deleted."""

    async def claim(self) -> Claim:
        """Wait for a turn and lease it to this worker; turns whose lease expired come first."""

    async def renew(self, claim: Claim) -> None:
        """Renew the lease."""

    async def done(self, claim: Claim, *, model_answers: bool = False) -> None:
        """Delete the turn and its journal; if the *model_answers* again, let others be tried."""

    async def postpone(self, claim: Claim, *, after: float, outage: bool = False) -> None:
        """Postpone the turn after a failure: it can be claimed again in *after* seconds.

        The journal stays. In an *outage* of the model's side it may be tried earlier; if that
        fails too, the turn waits on as if it had not been tried.
        """

    async def try_now(self, thread: ThreadRef, turn: TurnId, by: UserId) -> bool:
        """Let *turn*, postponed in an outage, be claimed now, as *by* wants; False if it is not."""

    async def hand_over(self, claim: Claim, *, after: float = 0) -> None:
        """Let others claim the turn *after* seconds; it has not failed. The journal stays."""

    async def note_lost(self, claim: Claim) -> None:
        """Note that this worker lives, though it lost the turn: it counts as no dead one.

        Up to ten are so forgiven a turn; it might be the turn that blocks its workers.
        """

    async def waiting_threads(self, limit: int) -> Sequence[WaitingThread]:
        """Return the threads that wait for a worker, up to *limit*, the first to be served.

        Only one worker gets them, the one that is to tell these threads; the others get none.
        """

    async def busy(self, threads: Collection[ThreadRef]) -> Set[ThreadRef]:
        """Return those of *threads* that have a turn, or messages that wait."""

    async def bury(self, claim: Claim, reason: str, *, poisoned: bool = False) -> None:
        """Set the turn, perhaps *poisoned*, aside with its journal. *reason* has no content."""

    async def stop(self, thread: ThreadRef, ts: MessageTs, by: UserId) -> StopResult | None:
        """Request the turn of *thread* to be stopped, and remove the messages that wait there.

        *ts* identifies the request: None if it was carried out before. It does not concern what
        was said after it, whichever arrives first. If no turn was running, the request itself may
        still be put as a message.
        """

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        """Return the threads whose turns are to be stopped, and who requested it."""

    async def retry(self, turn: TurnId, *, poisoned: bool = True, by: UserId | None = None) -> bool:
        """Let a buried turn be claimed again, before what waits in its thread.

        *by* becomes one of its authors; None: whoever runs the bot, who adds no words.
        Its journal continues with Retried, and the workers that died with it still count; a
        poisoned one may cost one more. Returns False if no such turn is buried. Raises Poisoned,
        changing nothing, if it is *poisoned* and such turns are not to be retried.
        """


def messages_of(turn: Turn) -> Set[MessageTs]:
    """Return the messages that *turn* answers, or is about: its buttons and decisions."""
    return {turn.about, *(message.ts for message in turn.messages)}


def is_withdrawn(turn: Turn, deleted: Set[MessageTs]) -> bool:
    """Whether nothing is left to answer in *turn*, *deleted* being gone.

    Where a message mentioned the bot, one that does has to be left; else any message will do.
    The message that began the thread takes all of its turn with it.
    """
    if turn.about in deleted and (turn.steer or turn.verdict):
        return True
    if turn.thread.thread_ts in deleted:
        return True
    left = [message for message in turn.messages if message.ts not in deleted]
    return not left or (turn.mentions_bot and not any(message.mentioned for message in left))
