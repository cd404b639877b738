"""What the panel keeps: threads, panels and what is known of turns that are done.

Every method may raise StoreUnavailable.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum, auto
from typing import Protocol

from bot.panel.approvals import Pending
from bot.panel.feedback import Feedback
from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import (
    ApprovalId,
    Claim,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    Synthesis,
    ThreadRef,
    Turn,
    TurnId,
)
from bot.panel.roster import ChannelScope, RosterChanges, Scope
from bot.panel.tally import Tally
from bot.panel.turn_report import TurnReport


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

    async def copies(self, thread: ThreadRef) -> Mapping[ConversationId, Copy]:
        """Return the copies that are being made of conversations of *thread*, by these."""
        ...

    async def note_copy(self, claim: Claim, former: ConversationId, copy: Copy) -> None:
        """Remember the copy of *former*, and whose it is. Raises TurnLost if *claim* is lost."""
        ...

    async def forget_copies(self, thread: ThreadRef) -> None:
        """Forget that copies were being made."""
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


class Entered(Enum):
    """What became of a verdict."""

    AT_ONCE = auto()  # it is queued, and nothing is under way in its thread
    IN_LINE = auto()  # it is queued behind a turn that is
    TOO_LATE = auto()  # there is another one, or the matter has ended


class ApprovalStore(Protocol):
    """What experts want to do and people have to approve of, until it is settled.

    What is done for a *claim* raises TurnLost, changing nothing, if another worker has the turn.
    """

    async def open(self, claim: Claim, pending: Pending) -> None:
        """Remember *pending*, which belongs to the claim's thread. Nobody can decide yet."""
        ...

    async def ask(self, claim: Claim, pending: Pending, *, within: float) -> None:
        """Let people decide, from now on, and the clock after so many seconds.

        Does nothing if the matter has ended; repeating it does not give people more time.
        """
        ...

    async def pending(self, thread: ThreadRef) -> Sequence[Pending]:
        """Return what is not settled in *thread*."""
        ...

    async def enter(self, thread: ThreadRef, approval: ApprovalId, verdict: Message) -> Entered:
        """Note the verdict and put it on the queue, before what waits in *thread*, or neither.

        Entering the same again changes nothing and is not too late.
        """
        ...

    async def due(self) -> Sequence[tuple[ThreadRef, Pending]]:
        """Return what people had to decide by now and did not; some of it where it is much."""
        ...

    async def settle(self, claim: Claim, approval: ApprovalId) -> None:
        """Forget the matter; a verdict that waits on the queue is taken back."""
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

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        """Let *scope* change exactly this, in one step."""
        ...
