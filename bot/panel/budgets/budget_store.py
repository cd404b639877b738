"""Where spending is counted, in all processes together: what the ledger needs of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.budgets.limits import Unit
from bot.panel.model import TurnId


@dataclass(frozen=True, slots=True)
class Charge:
    """What one request may cost at most under one limit, in the limit's unit.

    What the conversation holds already is known to the store only: *rate* is its price by token.
    """

    counter: str  # whose spending, in which period
    unit: Unit
    most: int  # that may be spent
    input: int  # what is sent
    output: int  # the most that may be written, and by tools
    rate: float
    is_firm: bool = False  # also where somebody has let the question through


@dataclass(frozen=True, slots=True)
class Hold:
    """Money that is kept for one request: which turn's, by which claim of it, and which request."""

    turn: TurnId
    token: int
    id: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Spent:
    """How a counter stands."""

    spent: int = 0
    held: int = 0  # for requests that have not ended
    extra: int = 0  # that somebody has allowed besides, in this period


@dataclass(frozen=True, slots=True)
class Short:
    """The limit that a request would exceed, by its place among the charges."""

    place: int
    spent: Spent


class BudgetStore(Protocol):
    """Counts spending. Every method may raise StoreUnavailable, and may be repeated."""

    async def hold(self, hold: Hold, charges: Sequence[Charge], seconds: float) -> Short | None:
        """Hold all *charges* for so many *seconds*; nothing of them if one does not fit.

        What was held longer ago than it was to be, and by earlier claims of the turn, is let go:
        its input counts as spent. What is held already stays. Raises TurnLost if the turn has held
        something by a later claim.
        """

    async def renew(self, turn: TurnId, seconds: float) -> None:
        """Hold what the turn holds for so many *seconds* from now."""

    async def settle(
        self, hold: Hold, used: Mapping[Unit, int], *, cut: bool, size: int | None
    ) -> Sequence[tuple[int, int]]:
        """Let *hold* go, and count what was *used*; if it was *cut*, besides its input.

        *size*: how many tokens the conversation has now, if known. Returns which shares of which
        charges (place, percent) are spent now for the first time.
        """

    async def read(self, counters: Sequence[str]) -> Sequence[Spent]:
        """Return how *counters* stand."""

    async def counters(self, pattern: str) -> Sequence[str]:
        """Return the counters of that name, in which ``*`` stands for anything. Slow."""

    async def top_up(self, counter: str, amount: int) -> None:
        """Let so much more be spent in the counter's period."""

    async def let_through(self, turn: TurnId) -> None:
        """Let the requests of *turn* exceed all limits that are not firm."""
