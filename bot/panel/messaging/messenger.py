"""The thread as people see it: what the panel needs for posting in Slack.

Every method may raise MessengerUnavailable.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.panel.made_files import StoredFile
from bot.panel.model import (
    ApprovalId,
    ConversationId,
    ExpertName,
    MessageTs,
    Persona,
    ThreadRef,
    TurnId,
    UserId,
)


class TaskState(StrEnum):
    """How far an expert is."""

    WORKING = "working"
    DONE = "done"
    ASKING = "asking"  # people, for approval of a tool
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the passages behind a reply can be read again."""

    conversation: ConversationId
    ref: str  # the mark of the question


@dataclass(frozen=True, slots=True)
class PlanTask:
    """One line of the plan: who is asked, and why."""

    id: str
    persona: Persona
    reason: str
    state: TaskState
    asked_by: str = ""  # the title of the expert who asks; empty: the router does, or people


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
    by_function: bool = False  # nobody can go deeper: there is no model
    stored_files: tuple[StoredFile, ...] = ()  # files that it shows
    ends_reply: bool = False  # the last piece of a reply: people can act on it from here
    offers_retry: bool = False  # with a button that puts the buried turn back on the queue
    approval: ApprovalId | None = None  # with buttons to approve of what it tells, or to decline


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands under a message in place of its buttons."""

    words: str  # with {by} and {at}, perhaps, for what follows
    by: UserId | None = None
    at: int = 0  # seconds since 1970; each reader sees it in their own time


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

    async def end(self, thread: ThreadRef, ts: MessageTs, post: Post, ending: Ending) -> None:
        """Take the buttons off the message *ts*, which is *post*, and say why.

        May be repeated; does nothing to a message that is gone.
        """
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

    def next_chunk(self, shown: str, text: str) -> str:
        """Return what a message that shows *shown* can show besides, of *text* that goes on.

        Empty where nothing is sure yet: what is returned, nothing that follows can change.
        """
        ...

    def last_chunk(self, shown: str, text: str) -> str | None:
        """Return what *text*, now whole, says after *shown*; None if it does not begin so."""
        ...

    def fits_one_message(self, shown: str, more: str) -> bool:
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
