"""How a reply came about, as it can be shown: who was called and why, and what each part took."""

from dataclasses import dataclass
from decimal import Decimal

from bot.panel.journal.events import Failure
from bot.panel.language_model.exchange import Source
from bot.panel.model import NO_USAGE, CallId, Usage
from bot.panel.prices import total


@dataclass(frozen=True, slots=True)
class RequestMetrics:
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
class ExpertTrace:
    """One expert's part in a turn."""

    call_id: CallId
    name: str
    reason: str = ""
    brief: str = ""
    tools: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    metrics: RequestMetrics | None = None
    failure: Failure | None = None
    continues: bool = False  # with an earlier question, after a decision
    approvals: tuple[Approval, ...] = ()
    parts: tuple["ExpertTrace", ...] = ()  # of those whom it consulted itself

    @property
    def all_metrics(self) -> tuple[RequestMetrics, ...]:
        """What it takes, with those whom it consulted."""
        own = (self.metrics,) if self.metrics else ()
        return (*own, *(metrics for part in self.parts for metrics in part.all_metrics))


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """What happened in a turn."""

    parts: tuple[ExpertTrace, ...]
    direct: bool = False  # people named the experts themselves
    text_available: bool = True  # whether reasons, briefs, tools and sources could be read
    seconds: float | None = None  # None: the turn is not done yet, or its report forgotten
    choosing: RequestMetrics | None = None
    closing: RequestMetrics | None = None
    prices_as_of: str = ""  # the day whose prices are reckoned with

    @property
    def all_metrics(self) -> tuple[RequestMetrics, ...]:
        """Everything that has to be paid for."""
        experts = [metrics for part in self.parts for metrics in part.all_metrics]
        return tuple(metrics for metrics in (self.choosing, *experts, self.closing) if metrics)

    @property
    def usage(self) -> Usage:
        """The tokens of all together, as far as they are known."""
        return sum((metrics.usage for metrics in self.all_metrics if metrics.usage), NO_USAGE)

    @property
    def cost(self) -> Decimal | None:
        """What all cost together; None if that of one part is not known."""
        return total(metrics.cost for metrics in self.all_metrics)
