"""What is remembered about threads. Every method may raise StoreUnavailable."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import (
    Claim,
    ConversationId,
    MessageTs,
    ThreadRef,
    Turn,
)


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

    async def forget(self, thread: ThreadRef, conversations: Iterable[ConversationId] = ()) -> None:
        """Forget all of *thread*, and whose its links and these *conversations* were."""
        ...
