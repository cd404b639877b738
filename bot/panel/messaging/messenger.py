"""Posting in threads: what the panel needs of Slack for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.made_files import StoredFile
from bot.panel.messaging.outbox import LastState
from bot.panel.model import (
    ApprovalId,
    ConversationId,
    Expert,
    ExpertName,
    MessageTs,
    Persona,
    ThreadRef,
    TurnId,
    UserId,
)


class TaskState(StrEnum):
    """The state of an expert's work."""

    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"  # by somebody
    ASKING = "asking"  # people to approve a tool
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to find the passages that a reply relies on."""

    conversation: ConversationId
    ref: str  # the marker of the question


@dataclass(frozen=True, slots=True)
class PlanTask:
    """One line of the plan: who is asked, and why."""

    id: str
    persona: Persona
    reason: str
    state: TaskState
    asked_by: str = ""  # the title of the expert who asks; empty: the router or people ask


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted in a thread."""

    turn: TurnId
    part: str  # which message of the turn it is; unique in the thread together with the turn
    text: str  # untrusted Markdown from a model, no longer than one piece
    router: ConversationId | None = None  # goes into the message's metadata, to recover links
    persona: Persona | None = None  # None: the router, under the bot's own name
    expert: ExpertName | None = None  # whose message it is; goes into the metadata
    about: MessageTs | None = None  # the first message that the turn answers
    about_until: MessageTs | None = None  # the last one, where people choose who answers
    sources: Sources | None = None  # for people to open
    by_function: bool = False  # there is no model, so nobody can ask it to go deeper
    stored_files: tuple[StoredFile, ...] = ()  # that it shows
    ends_reply: bool = False  # the last piece of a reply, which has the buttons
    is_cut: bool = False  # the reply was cut off before its end: with a button to go on
    offers_retry: bool = False  # with a button to retry the buried turn
    offers_forgetting: bool = False  # with a button to have the thread forgotten
    is_delayed: bool = False  # with buttons to stop the postponed turn, and to try it now
    approval: ApprovalId | None = None  # with buttons to approve or decline
    may_approve: bool = True  # else people can only decline
    # With a button to let the question exceed its budgets: for those who were left out, or (nobody)
    # for the panel. None: without it.
    lets_through: tuple[ExpertName, ...] | None = None
    candidates: tuple[Expert, ...] = ()  # with buttons to choose who answers


@dataclass(frozen=True, slots=True)
class Ending:
    """The line under a message that replaces its buttons."""

    words: str  # may contain {by} and {at}
    by: UserId | None = None
    at: int = 0  # seconds since 1970; readers see their local time


class GrowingText(Protocol):
    """Reads one text while it is written."""

    def next_chunk(self, shown: str, text: str) -> str:
        """Return what can be added to a message that shows *shown*, of unfinished *text*.

        Only what no later text can change is returned, and what fits into the message; it may be
        empty.
        """


class StateSender(Protocol):
    """Brings about last states."""

    async def send(self, state: LastState) -> None:
        """Bring about a state when rate limits allow it, unless its message is gone. Idempotent."""


class StatusDisplay(Protocol):
    """Shows what the bot is doing."""

    def status_cleared(self, thread: ThreadRef) -> LastState:
        """Return the state in which the thread shows no status."""

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        """Show what the bot is doing; empty clears it. Returns False if another try could help.

        Best effort: raises nothing but ThreadGone, and that only while something is shown.
        """


class StatesAndStatuses(StateSender, StatusDisplay, Protocol):
    """What is shown in threads whether or not a turn runs there."""


class Messenger(StatesAndStatuses, Protocol):
    """Posts in threads, and sanitizes every text that it posts.

    A *stream* is a message that grows while its text is written. A ``GrowingText`` and
    ``last_chunk`` take raw text and return sanitized text, which the other methods of streams
    take. Every method may raise MessengerUnavailable. Those that post raise ThreadGone, leaving
    nothing behind, if the thread was deleted.
    """

    def pieces(self, text: str, after: str = "") -> Sequence[str]:
        """Split *text* at sensible points into pieces that fit into one message each.

        With *after*, it goes on with what a stream has shown; both are sanitized then.
        """

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        """Post a message exactly once, even if Slack's response is lost."""

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        """Return the ts of that message, if it is in the thread already."""

    async def has_answered(self, thread: ThreadRef, turn: TurnId) -> bool:
        """Whether the thread shows an expert's or the router's answer to *turn*."""

    def ended(self, thread: ThreadRef, ts: MessageTs, post: Post, ending: Ending) -> LastState:
        """Return the state in which *ending* replaces the buttons of the message *ts*, *post*."""

    def plan_ended(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> LastState:
        """Return the state in which the plan message *ts* shows *tasks*."""

    async def plan_decided(
        self, thread: ThreadRef, turn: TurnId, task: PlanTask, words: str
    ) -> LastState | None:
        """Return the state in which the plan of *turn*, which is over, shows *task* as done or
        failed, with *words*; None if there is no plan in which it asks.
        """

    async def settled(
        self,
        thread: ThreadRef,
        besides: TurnId | None,
        until: MessageTs | None,
        waiting: Collection[ApprovalId],
    ) -> Sequence[LastState]:
        """Return the states in which nothing seems to go on in *thread*, or to be asked.

        But *besides* goes on, all that is newer than *until*, and requests that are *waiting*.
        """

    async def ended_requests(
        self, thread: ThreadRef, requests: Collection[MessageTs]
    ) -> Collection[MessageTs]:
        """Return which of the messages *requests* ask nothing (any more), as far as can be seen."""

    def taken_back(self, thread: ThreadRef, ts: MessageTs) -> LastState:
        """Return the state in which the message *ts* is gone."""

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Delete the message *ts*, which is the bot's own; perhaps only later. Idempotent."""

    async def delete_strays(self, thread: ThreadRef, turn: TurnId) -> None:
        """Delete what was posted for *turn* outside *thread*, because that was deleted. Idempotent.

        Only what ThreadGone could not report: the answer was lost, or nobody waited for it.
        """

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        """Post the plan message, titled ``post.text``; None if the rate limit does not allow it."""

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        """Update the plan message *ts*. Raises TryLater if the rate limit does not allow it now.

        What it shows in the end is for ``plan_ended``.
        """

    def is_private(self, thread: ThreadRef) -> bool:
        """Whether only one person reads the thread."""

    def growing_text(self) -> GrowingText:
        """Return what reads a text while it is written."""

    def last_chunk(self, shown: str, text: str) -> str | None:
        """Return what finished *text* has after *shown*; None if it does not begin with that."""

    def fits_one_message(self, shown: str, more: str) -> bool:
        """Whether *shown* and *more* together fit into one message."""

    async def open_stream(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        """Post a message that shows ``post.text`` and can grow; *reader* sees it grow.

        None if that is not possible. Raises MessengerUnavailable if the outcome is unknown.
        """

    async def extend_stream(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        """Add *more* to the message; False if the rate limit does not allow it now.

        Raises MessengerRefused if the stream has ended, MessengerUnavailable if the outcome is
        unknown.
        """

    async def close_stream(self, thread: ThreadRef, ts: MessageTs, post: Post, more: str) -> bool:
        """Add *more* to the message and end the stream, with the metadata and buttons of *post*.

        ``post.text`` is all that it shows then. Returns False if the stream has ended before, in
        which case the message stays as it was. Idempotent.
        """

    async def withdraw_stream(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        """Delete the message, whether its stream has ended or not; *ts* is None if unknown.

        *ours* are the other messages of the turn. Idempotent.
        """
