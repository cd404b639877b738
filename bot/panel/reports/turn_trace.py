"""How a reply came about, for people to see: who was called and why, how long and what it cost."""

from dataclasses import dataclass
from decimal import Decimal

from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import Source
from bot.panel.model import CallId
from bot.panel.prices import total
from bot.panel.routing.decision import NotAsked
from bot.panel.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class RequestMetrics:
    """The time, tokens and cost of one request to a model."""

    model: str
    seconds: float
    usage: Usage | None  # None: unknown
    cost: Decimal | None  # in dollars; None: unknown
    instead_of: str = ""  # the model that was asked first, if a fallback answered


@dataclass(frozen=True, slots=True)
class ApprovalTrace:
    """A tool that needed approval, and the decision."""

    server: str
    tool: str
    approved: bool | None = None  # None: undecided
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
    continues: bool = False  # an earlier call, after a decision
    approvals: tuple[ApprovalTrace, ...] = ()
    thoughts: str = ""  # that its server left in its text
    parts: tuple["ExpertTrace", ...] = ()  # of the experts that it consulted itself

    @property
    def all_metrics(self) -> tuple[RequestMetrics, ...]:
        own = (self.metrics,) if self.metrics else ()
        return (*own, *(metrics for part in self.parts for metrics in part.all_metrics))


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """How a turn went."""

    parts: tuple[ExpertTrace, ...]
    direct: bool = False  # people named the experts themselves
    text_available: bool = True  # reasons, briefs, tools and sources could be read
    seconds: float | None = None  # None: the turn is not finished, or its report has expired
    choosing: RequestMetrics | None = None
    closing: RequestMetrics | None = None
    prices_as_of: str = ""  # the date of the prices
    not_asked: tuple[NotAsked, ...] = ()  # as far as known

    @property
    def all_metrics(self) -> tuple[RequestMetrics, ...]:
        experts = [metrics for part in self.parts for metrics in part.all_metrics]
        return tuple(metrics for metrics in (self.choosing, *experts, self.closing) if metrics)

    @property
    def usage(self) -> Usage:
        return sum((metrics.usage for metrics in self.all_metrics if metrics.usage), NO_USAGE)

    @property
    def cost(self) -> Decimal | None:
        """The cost of all requests; None if that of one is unknown."""
        return total(metrics.cost for metrics in self.all_metrics)
