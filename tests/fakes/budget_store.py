"""A budget store in memory."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from fnmatch import fnmatchcase

from bot.panel.alerts.alerts import Alerts
from bot.panel.budgets.budget_store import BudgetStore, Charge, Hold, Short, Spent
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.limits import Unit, read_all
from bot.panel.errors import TurnLost
from bot.panel.model import TurnId
from bot.panel.prices import Price, Prices

DOLLAR = Decimal(1)
PRICES = Prices("2026-11-01", {"known": Price(DOLLAR, DOLLAR, DOLLAR, written=DOLLAR)})
_UNKNOWN = 4_000


@dataclass
class _Held:
    hold: Hold
    charges: Sequence[tuple[Charge, int]]  # and how much of it is input
    state: str = "held"


@dataclass
class FakeBudgetStore(BudgetStore):
    """Keeps everything; the time passes by ``advance``."""

    now: float = 0.0
    spent: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 3))
    sizes: dict[str, int] = field(default_factory=dict)
    holds: dict[tuple[TurnId, str], _Held] = field(default_factory=dict)
    deadlines: dict[TurnId, float] = field(default_factory=dict)
    tokens: dict[TurnId, int] = field(default_factory=dict)
    exempt: set[TurnId] = field(default_factory=set)
    told: set[tuple[str, int, int]] = field(default_factory=set)

    def advance(self, seconds: float) -> None:
        """Let more time pass than does by itself."""
        self.now += seconds

    @property
    def _time(self) -> float:
        return self.now + asyncio.get_running_loop().time()

    async def hold(self, hold: Hold, charges: Sequence[Charge], seconds: float) -> Short | None:
        if (hold.turn, hold.id) in self.holds:
            return None
        self._let_expired_go()
        if hold.token < self.tokens.get(hold.turn, 0):
            raise TurnLost(hold.turn)
        if hold.token > self.tokens.get(hold.turn, 0):
            self._let_go(hold.turn)
            self.tokens[hold.turn] = hold.token
        size = self.sizes.get(hold.conversation, _UNKNOWN)
        priced = [(one, math.ceil(one.input + size * one.rate)) for one in charges]
        for place, (one, sent) in enumerate(priced):
            counts = self.spent[one.counter]
            is_bound = one.is_firm or hold.turn not in self.exempt
            if is_bound and counts[0] + counts[1] + sent + one.output > one.most + counts[2]:
                return Short(place, Spent(*counts))
        for one, sent in priced:
            self.spent[one.counter][1] += sent + one.output
        self.holds[hold.turn, hold.id] = _Held(hold, priced)
        self.deadlines[hold.turn] = self._time + seconds
        return None

    async def renew(self, turn: TurnId, seconds: float) -> None:
        if turn in self.deadlines:
            self.deadlines[turn] = self._time + seconds

    async def settle(
        self, hold: Hold, used: Mapping[Unit, int], *, cut: bool, size: int | None
    ) -> Sequence[tuple[int, int]]:
        if size is not None:
            self.sizes[hold.conversation] = size
        held = self.holds.get((hold.turn, hold.id))
        shares: list[tuple[int, int]] = []
        if held is None or held.state == "done":
            return shares
        for place, (one, sent) in enumerate(held.charges):
            counts = self.spent[one.counter]
            counts[0] += used[one.unit] + (sent if cut else 0)
            counts[0] -= sent if held.state == "gone" else 0
            counts[1] -= sent + one.output if held.state == "held" else 0
            new = [
                percent
                for percent in (95, 75)
                if counts[0] * 100 >= one.most * percent
                and (one.counter, one.most, percent) not in self.told
            ]
            self.told |= {(one.counter, one.most, percent) for percent in new}
            shares += [(place, percent) for percent in new[:1]]
        held.state = "done"
        if not any(
            one.state == "held" for (turn, _), one in self.holds.items() if turn == hold.turn
        ):
            self.deadlines.pop(hold.turn, None)
        return shares

    async def read(self, counters: Sequence[str]) -> Sequence[Spent]:
        self._let_expired_go()
        return [Spent(*self.spent[one]) for one in counters]

    async def counters(self, pattern: str) -> Sequence[str]:
        return [one for one in self.spent if fnmatchcase(one, pattern)]

    async def top_up(self, counter: str, amount: int) -> None:
        self.spent[counter][2] += amount

    async def let_through(self, turn: TurnId) -> None:
        self.exempt.add(turn)

    def _let_expired_go(self) -> None:
        for turn in [turn for turn, until in self.deadlines.items() if until <= self._time]:
            self._let_go(turn)

    def _let_go(self, turn: TurnId) -> None:
        self.deadlines.pop(turn, None)
        for (of, _), held in self.holds.items():
            if of == turn and held.state == "held":
                held.state = "gone"
                for one, sent in held.charges:
                    self.spent[one.counter][1] -= sent + one.output
                    self.spent[one.counter][0] += sent


def ledger(
    limits: str = "", store: BudgetStore | None = None, alerts: Alerts | None = None
) -> Ledger:
    """A ledger in which a token of the model "known", and of any other, costs a millionth."""
    return Ledger(store or FakeBudgetStore(), PRICES, read_all(limits), UTC, alerts)
