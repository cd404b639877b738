"""What is remembered about threads. Every method may raise StoreUnavailable."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import Claim, ConversationId, MessageTs, ThreadRef, Turn


class Standing(StrEnum):
    """How the bot stands to a Slack thread."""

    UNKNOWN = "unknown"  # forgotten or never seen: only Slack can tell
    OURS = "ours"
    MUTED = "muted"  # ours, but answers only when mentioned
    FOREIGN = "foreign"  # people among themselves


class ThreadStore(Protocol):
    """What is remembered about threads. All of it can be rebuilt from Slack and OpenAI."""

    async def standing(self, thread: ThreadRef) -> Standing:
        """Return how the bot stands to *thread*."""

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        """Remember *standing*; FOREIGN for a day only, and only where nothing else is known.

        A mention may have made the thread ours while a worker still took it for foreign.
        """

    async def make_ours(self, thread: ThreadRef) -> None:
        """Remember that somebody mentioned us in *thread*: it is ours, or stays muted."""

    async def disown(self, thread: ThreadRef) -> None:
        """Take that back, unless the thread has links: whoever mentioned us there may not ask."""

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        """Return the links of *thread*; empty if none are remembered."""

    async def may_have_old_links(self, thread: ThreadRef) -> bool:
        """Whether the links of *thread* may be from before the store was set back, or restored.

        Not any more once they are saved for a claim.
        """

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        """Remember *links* in all directions: from the thread and from each conversation.

        Raises TurnLost, saving nothing, if this is done for a *claim* that is lost.
        """

    async def copies(self, thread: ThreadRef) -> Mapping[ConversationId, Copy]:
        """Return the copies that are being made of conversations of *thread*, by original."""

    async def note_copy(self, claim: Claim, former: ConversationId, copy: Copy) -> None:
        """Remember the copy of *former* and its owner. Raises TurnLost if *claim* is lost."""

    async def forget_copies(self, thread: ThreadRef) -> None:
        """Forget that copies were being made."""

    async def owner(self, conversation: ConversationId) -> Owner | None:
        """Return whose *conversation* is, if it is remembered."""

    async def unread_since(self, thread: ThreadRef) -> MessageTs | None:
        """Return the ts of the first message that the router has not read; None if it read all."""

    async def mark_unread(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Note that the router has not read the message *ts*; the earliest one counts."""

    async def edits(self, thread: ThreadRef) -> Mapping[MessageTs, MessageTs]:
        """Return which messages were edited after the panel read them, and when."""

    async def mark_edited(self, thread: ThreadRef, ts: MessageTs, at: MessageTs) -> None:
        """Note that the message *ts*, which the panel may have read, was edited *at* that time."""

    async def mark_edits_read(
        self, thread: ThreadRef, edits: Mapping[MessageTs, MessageTs]
    ) -> None:
        """Note that the panel has read *edits*, but not what was edited again since."""

    async def is_first_to_post(self, notice: str, turn: Turn) -> bool:
        """Whether *turn* is, or was, the first to post *notice* in its channel within an hour."""

    async def mark_read(self, thread: ThreadRef, since: MessageTs, until: MessageTs) -> None:
        """Note that the router has read all from the message *since* on, but *until* and later.

        What was noted as unread besides stays so, with what may have been read after it.
        """

    async def forget(self, thread: ThreadRef, conversations: Iterable[ConversationId] = ()) -> None:
        """Forget all of *thread*, and the owners of its and these *conversations*."""
