"""The prices of models, and what usage costs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.panel.usage import BY_FUNCTION, Usage

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_MILLION = 1_000_000
_WRITTEN, _LONG_OUTPUT = Decimal("1.25"), Decimal("1.5")


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens; what is None follows from the others, as at OpenAI."""

    input: Decimal
    cached: Decimal
    output: Decimal
    written: Decimal | None = None  # input that is written into the cache: 1.25 times the input
    written_12h: Decimal | None = None  # … and kept for longer: twice the input
    long: "Price | None" = None  # of long requests: twice the input, 1.5 times the output

    def of(self, usage: Usage) -> Decimal:
        more, long = usage.extras, self.long or self.doubled()
        short = self.of_tokens(
            usage.input - more.long_input,
            usage.cached - more.long_cached,
            more.written - more.long_written,
            more.written_12h - more.long_written_12h,
            usage.output - more.long_output,
        )
        above = long.of_tokens(
            more.long_input,
            more.long_cached,
            more.long_written,
            more.long_written_12h,
            more.long_output,
        )
        return (short + above) / _MILLION

    def of_tokens(
        self, read: int, cached: int, written: int, written_12h: int, output: int
    ) -> Decimal:
        """Return what tokens cost, in millionths of dollars; what was *read* includes the rest."""
        fresh = max(read - cached - written - written_12h, 0)
        return (
            fresh * self.input
            + cached * self.cached
            + written * (self.input * _WRITTEN if self.written is None else self.written)
            + written_12h * (self.input * 2 if self.written_12h is None else self.written_12h)
            + output * self.output
        )

    def doubled(self) -> "Price":
        """Return what long requests cost where nothing else is known."""

        def twice(price: Decimal | None) -> Decimal | None:
            return None if price is None else price * 2

        return Price(
            self.input * 2,
            self.cached * 2,
            self.output * _LONG_OUTPUT,
            twice(self.written),
            twice(self.written_12h),
        )


_UNPRICED = Price(Decimal(1000), Decimal(1000), Decimal(1000))  # where nothing has a price


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices as of a date."""

    as_of: str  # 2026-11-20
    models: Mapping[str, Price] = field(default_factory=dict)
    tools: Mapping[str, Decimal] = field(default_factory=dict)  # dollars per call

    def listed(self, model: str) -> str:
        """Return what the table calls *model*, or that whose dated snapshot it is; else nothing."""
        names = (model, _SNAPSHOT.sub("", model))
        return next((name for name in names if name in self.models), "")

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return what *usage* of *model* costs; None if its price, or a tool's, is unknown."""
        if model == BY_FUNCTION:
            return Decimal(0)
        price = self.models.get(self.listed(model))
        calls = usage.extras.calls
        if price is None or calls.keys() - self.tools.keys():
            return None
        return price.of(usage) + sum(count * self.tools[tool] for tool, count in calls.items())

    def cautious_cost(self, model: str, usage: Usage) -> Decimal:
        """Return the same; what has no known price costs as much as the dearest that has one."""
        known = self.cost(model, usage)
        if known is not None:
            return known
        price = self.models.get(self.listed(model))
        tool = max(self.tools.values(), default=_UNPRICED.input)
        calls = usage.extras.calls.items()
        called = sum(count * self.tools.get(name, tool) for name, count in calls)
        return (price or self._dearest).of(usage) + called

    @property
    def _dearest(self) -> Price:
        prices = self.models.values() or (_UNPRICED,)
        return Price(
            max(one.input for one in prices),
            max(one.cached for one in prices),
            max(one.output for one in prices),
        )


def total(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of *costs*; None if one is unknown."""
    sum_ = Decimal(0)
    for cost in costs:
        if cost is None:
            return None
        sum_ += cost
    return sum_
