"""The prices of models, and what usage costs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.panel.usage import BY_FUNCTION, Usage

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens."""

    input: Decimal
    cached: Decimal
    output: Decimal

    def of(self, usage: Usage) -> Decimal:
        """Return what *usage* costs."""
        fresh = usage.input - usage.cached
        dollars = fresh * self.input + usage.cached * self.cached + usage.output * self.output
        return dollars / _MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices as of a date."""

    as_of: str  # 2026-11-20
    models: Mapping[str, Price] = field(default_factory=dict)

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return what *usage* of *model* costs; None if its price is unknown.

        A dated snapshot has the price of its model.
        """
        if model == BY_FUNCTION:
            return Decimal(0)
        price = self.models.get(model) or self.models.get(_SNAPSHOT.sub("", model))
        return price.of(usage) if price else None


def total(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of *costs*; None if one is unknown."""
    sum_ = Decimal(0)
    for cost in costs:
        if cost is None:
            return None
        sum_ += cost
    return sum_
