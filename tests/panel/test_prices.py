from decimal import Decimal

import pytest

from bot.panel.prices import Price, Prices
from bot.panel.usage import Usage

PRICES = Prices("2026-11-20", {"terra": Price(Decimal("1.00"), Decimal("0.05"), Decimal("5.00"))})


def test_cached_tokens_cost_less():
    usage = Usage(input=1_000_000, cached=400_000, output=100_000)
    assert PRICES.cost("terra", usage) == Decimal("0.60") + Decimal("0.02") + Decimal("0.50")


def test_a_dated_snapshot_costs_what_its_model_costs():
    assert PRICES.cost("terra-2026-08-01", Usage(1_000_000)) == 1


@pytest.mark.parametrize("model", ["luna", "terra-mini", "terra-2026", ""])
def test_what_an_unknown_model_costs_nobody_knows(model):
    assert PRICES.cost(model, Usage(1_000_000)) is None
