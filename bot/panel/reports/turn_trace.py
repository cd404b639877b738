"""How a reply came about, as it can be shown: who was called and why, and what each part took."""

from dataclasses import dataclass
from decimal import Decimal

from bot.panel.journal.events import Failure
from bot.panel.language_model.exchange import Source
from bot.panel.model import NO_USAGE, CallId, Usage
from bot.panel.prices import total


@dataclass(frozen=True, slots=True)
class Bill:
    """What one request to a model took."""

    model: str
    seconds: float
    usage: Usage | None  # None: nobody knows
    cost: Decimal | None  # in dollars; None: nobody knows
    instead_of: str = ""  # the model that was wanted, where another one answered


@dataclass(frozen=True, slots=True)
class Approval:
    """A tool that people had to approve of, and what they said."""

    server: str
    tool: str
    approved: bool | None = None  # None: nothing yet
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One expert's part in a turn."""

    call_id: CallId
    name: str
    reason: str = ""
    brief: str = ""
    tools: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    bill: Bill | None = None
    failure: Failure | None = None
    continues: bool = False  # with an earlier question, after a decision
    approvals: tuple[Approval, ...] = ()
    parts: tuple["Part", ...] = ()  # of those whom it consulted itself

    @property
    def bills(self) -> tuple[Bill, ...]:
        """What it takes, with those whom it consulted."""
        own = (self.bill,) if self.bill else ()
        return (*own, *(bill for part in self.parts for bill in part.bills))


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """What happened in a turn."""

    parts: tuple[Part, ...]
    direct: bool = False  # people named the experts themselves
    words_known: bool = True  # whether reasons, briefs, tools and sources could be read
    seconds: float | None = None  # None: the turn is not done yet, or its report forgotten
    choosing: Bill | None = None
    closing: Bill | None = None
    prices_of: str = ""  # the day whose prices are reckoned with

    @property
    def bills(self) -> tuple[Bill, ...]:
        """Everything that has to be paid for."""
        experts = [bill for part in self.parts for bill in part.bills]
        return tuple(bill for bill in (self.choosing, *experts, self.closing) if bill)

    @property
    def usage(self) -> Usage:
        """The tokens of all together, as far as they are known."""
        return sum((bill.usage for bill in self.bills if bill.usage), NO_USAGE)

    @property
    def cost(self) -> Decimal | None:
        """What all cost together; None if that of one part is not known."""
        return total(bill.cost for bill in self.bills)
