"""All that is stored about threads, channels and people, found by looking at everything.

Every method may raise StoreUnavailable.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.panel.model import ConversationId, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.turn_report import TurnReport


@dataclass(slots=True)
class KeptOfThread:
    """What is stored about one thread. Keys are the store's own names for its entries."""

    keys: list[str] = field(default_factory=list)  # except those of the fields below
    conversations: list[ConversationId] = field(default_factory=list)  # former ones, too
    routers: list[ConversationId] = field(default_factory=list)  # those of the above
    report_keys: list[str] = field(default_factory=list)  # of finished turns
    given_up: list[TurnId] = field(default_factory=list)
    letter_keys: list[str] = field(default_factory=list)  # of the turns given up


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A person's messages that nobody has answered."""

    waiting: tuple[tuple[ThreadRef, MessageTs], ...]
    given_up: tuple[TurnId, ...]


class KeptData(Protocol):
    """Searches all that is stored; slow, and only for operators."""

    async def threads(self, team_id: str, channel_id: str = "") -> Mapping[ThreadRef, KeptOfThread]:
        """Return what is stored about each thread of the workspace, or of one channel."""

    def reports(
        self, team_id: str, channel_id: str = "", since: float = 0, until: float | None = None
    ) -> AsyncGenerator[tuple[TurnId, TurnReport | None]]:
        """Yield each turn and its report, in no order; None: another version wrote it.

        Only of turns that were asked from *since* on, and before *until*: seconds since 1970.
        """

    async def unanswered(self, team_id: str, user: UserId) -> Unanswered:
        """Return which messages of *user* in the workspace wait or were given up."""

    async def keys_about(self, team_id: str, id_: str) -> Sequence[str]:
        """Return the keys of a channel's notices, and of what it, or a person, has spent."""

    async def rebuilt_until(self, team_id: str, channel_id: str) -> str:
        """Return the ts of the last thread that an unfinished rebuild of the channel found."""

    async def note_rebuilt(self, team_id: str, channel_id: str, *, until: str) -> None:
        """Store how far a rebuild of the channel has come; empty: it is finished."""

    def idle_threads(self, team_id: str) -> AsyncIterator[tuple[ThreadRef, float]]:
        """Yield threads with conversations, and their idle seconds: of a workspace, or all."""

    async def idle(self, thread: ThreadRef) -> float | None:
        """Return for how many seconds *thread* has not been used; None if it has no links."""

    async def team_keys(self, team_id: str) -> Sequence[str]:
        """Return the keys of all that is stored of a workspace, but for its audit log."""

    async def erase(self, keys: Sequence[str]) -> int:
        """Delete entries by their keys; returns how many there were."""
