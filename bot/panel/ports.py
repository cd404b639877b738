"""What the panel needs from the outside world.

Adapters and test fakes inherit from these, so the type checker holds both to the same
promises. Every method may raise the TryLater of its neighbour (ModelUnavailable,
MessengerUnavailable, StoreUnavailable).
"""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.events import TurnEvent
from bot.panel.exchange import Item, ModelEvent, Prompt, StoredItem
from bot.panel.feedback import Feedback
from bot.panel.links import Labels, Owner, ThreadLinks
from bot.panel.model import (
    Claim,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    Person,
    Persona,
    Sources,
    Synthesis,
    ThreadRef,
    Turn,
    TurnId,
    UserId,
    Utterance,
)
from bot.panel.roster import ChannelScope, RosterChanges, Scope
from bot.panel.tally import Tally
from bot.panel.turn_report import TurnReport


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread that waits for a worker, and how many are served before it."""

    thread: ThreadRef
    ahead: int


@dataclass(frozen=True, slots=True)
class Halt:
    """What came of a wish to stop."""

    found: bool  # whether there was anything to stop
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

        None if the same wish, which *ts* names, was fulfilled before. One that found nothing
        may be put as a message.
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


class ReportStore(Protocol):
    """What is kept of turns that are done, for some weeks, and what they took, for a year."""

    async def save(self, claim: Claim, report: TurnReport) -> None:
        """Keep *report*, and count what it tells of, once however often the turn is saved.

        Raises TurnLost, writing nothing, if another worker has the turn.
        """
        ...

    async def usage(self, team_id: str, month: str) -> Sequence[Tally]:
        """Return what the questions of *month* (``2026-11``) took, by expert and model."""
        ...

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        """Return the report of *turn*; None if it is not done or no longer known."""
        ...


class FeedbackStore(Protocol):
    """What people think of replies, for about a year."""

    async def save(self, team_id: str, feedback: Feedback) -> None:
        """Keep *feedback*, in place of what the same person said of the same reply before."""
        ...

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        """Return what was said of the replies to the questions of *month* (``2026-11``)."""
        ...


class Standing(StrEnum):
    """How the bot stands to a Slack thread."""

    UNKNOWN = "unknown"  # forgotten or never seen: only Slack can tell
    OURS = "ours"
    MUTED = "muted"  # ours, but answers only when mentioned
    FOREIGN = "foreign"  # people among themselves


class ThreadStore(Protocol):
    """What is remembered about a thread: the fast place. Everything here can be rebuilt."""

    async def standing(self, thread: ThreadRef) -> Standing:
        """Return how the bot stands to *thread*."""
        ...

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        """Remember *standing*; FOREIGN for a day only, and only where nothing else is known.

        A mention may have made the thread ours while a worker still found it foreign.
        """
        ...

    async def summoned(self, thread: ThreadRef) -> None:
        """Remember that somebody wants us in *thread*: it is ours, or stays muted."""
        ...

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        """Return the links of *thread*; empty if none are remembered."""
        ...

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        """Remember *links* in all directions: from the thread and from each conversation.

        Raises TurnLost, saving nothing, if this is done for a *claim* that is lost.
        """
        ...

    async def owner(self, conversation: ConversationId) -> Owner | None:
        """Return whose *conversation* is, if it is remembered."""
        ...

    async def heard_until(self, thread: ThreadRef) -> MessageTs | None:
        """Return the ts up to which the router knows the thread; None if all of it is heard."""
        ...

    async def overheard(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Note that the message *ts* passed the panel by; the earliest one counts."""
        ...

    async def first_to_tell(self, notice: str, turn: Turn) -> bool:
        """Whether *turn* is the one that tells its channel of *notice*; for an hour it stays so."""
        ...

    async def caught_up(self, thread: ThreadRef) -> None:
        """Forget what passed the panel by: the router knows it now."""
        ...


class PanelStore(Protocol):
    """What each scope changes of the panel. Lasting: nothing else remembers it."""

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        """Return the changes of each of *scopes*, in that order."""
        ...

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        """Return every channel that has changed its panel, in order."""
        ...

    async def add(self, scope: Scope, expert: Expert) -> None:
        """Add *expert* in *scope* or replace the one of that name."""
        ...

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        """Take the expert off the panel in *scope*, whether added there or inherited."""
        ...

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        """Set when the router closes with a synthesis; None inherits."""
        ...

    async def set_streaming(self, scope: Scope, streaming: bool | None) -> None:
        """Set whether replies grow as they are written; None inherits."""
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


class TaskState(StrEnum):
    """How far an expert is."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PlanTask:
    """One line of the plan: who is asked, and why."""

    id: str
    persona: Persona
    reason: str
    state: TaskState


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted in a thread."""

    turn: TurnId
    part: str  # which message of the turn; together with the turn unique in the thread
    text: str  # Markdown from a model, untrusted, at most one piece long
    router: ConversationId | None = None  # goes into the stamp, for finding the way back
    persona: Persona | None = None  # None: the router, under the bot's own name
    expert: ExpertName | None = None  # whose message it is; goes into the stamp
    about: MessageTs | None = None  # the first message that the turn answers
    sources: Sources | None = None  # what it relies on, for people to open
    ends_reply: bool = False  # the last piece of a reply: people can act on it from here
    offers_retry: bool = False  # with a button that puts the buried turn back on the queue


class Messenger(Protocol):
    """The thread as people see it. Neutralises every text that it posts.

    A *stream* is a message that grows while it is written. Of these methods ``growth`` and
    ``rest`` take raw text and return neutralised text; the others take what these returned.
    """

    def pieces(self, text: str) -> Sequence[str]:
        """Split *text* at sensible borders into pieces that fit one message each."""
        ...

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        """Post a message once, also when Slack's answer gets lost on the way."""
        ...

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        """Return the ts of a message of ours that is already in the thread."""
        ...

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        """Post the plan message; ``post.text`` is its title. None if there is no time for it."""
        ...

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        """Show the new state of the plan message *ts*. Raises TryLater if there is no time now."""
        ...

    def is_private(self, thread: ThreadRef) -> bool:
        """Whether only one person reads the thread."""
        ...

    def growth(self, shown: str, text: str) -> str:
        """Return what a message that shows *shown* can show besides, of *text* that goes on.

        Empty where nothing is sure yet: what is returned, nothing that follows can change.
        """
        ...

    def rest(self, shown: str, text: str) -> str | None:
        """Return what *text*, now whole, says after *shown*; None if it does not begin so."""
        ...

    def may_stream(self, shown: str, more: str) -> bool:
        """Whether a message that shows *shown* may show *more* and still be one message."""
        ...

    async def open_stream(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        """Post a message that shows ``post.text`` and can grow; *reader* sees it grow.

        None if that cannot be, or not now. Raises MessengerUnavailable if nobody knows.
        """
        ...

    async def extend_stream(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        """Let the message show *more*; False if there is no time for it now.

        Raises MessengerRefused if the stream is over, MessengerUnavailable if nobody knows.
        """
        ...

    async def close_stream(self, thread: ThreadRef, ts: MessageTs, post: Post, more: str) -> bool:
        """Let the message show *more*, and be found and acted on as ``post`` says, for good.

        ``post.text`` is all that it shows then. Returns False if the stream is over, and the
        message shows what it did. May be repeated.
        """
        ...

    async def withdraw_stream(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        """Remove the message, whether it still grows or not; None if its ts is not known.

        *ours* are other messages of the turn. May be repeated.
        """
        ...

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show what the bot is doing; empty clears it. Best effort: never raises."""
        ...


class Transcript(Protocol):
    """What people said in a thread, as a model reads it: mentions are names."""

    async def readable(self, turn: Turn) -> Sequence[Utterance]:
        """Return the messages of *turn*."""
        ...

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        """Return what was said in *thread* before *before* (from *since* on, if given).

        Oldest first, within bounds; where there was more, the oldest is left out.
        """
        ...

    async def asked(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        """Return what people (and no apps) said in *thread*, both ends included.

        A single message, *since* being *until*, is the one that is meant, whoever wrote it.
        """
        ...

    async def summoned(self, thread: ThreadRef, *, before: MessageTs) -> bool:
        """Return whether somebody has mentioned us in *thread* before the message *before*."""
        ...

    async def router_of(self, thread: ThreadRef) -> ConversationId | None:
        """Return the router's conversation that our own messages in *thread* name, if any."""
        ...


class People(Protocol):
    """Who is who in the workspace."""

    async def person(self, user: UserId) -> Person:
        """Return who *user* is."""
        ...

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        """Return the display names of *users*; those nobody knows are left out."""
        ...

    async def taken_names(self) -> frozenset[str]:
        """Return every name that somebody in the workspace goes by."""
        ...
