from decimal import Decimal

import pytest

from bot.panel.prices import Price, Prices
from bot.panel.usage import Extras, Usage, of_request

PRICES = Prices("2026-11-20", {"terra": Price(Decimal("1.00"), Decimal("0.05"), Decimal("5.00"))})


def test_cached_tokens_cost_less():
    usage = Usage(input=1_000_000, cached=400_000, output=100_000)
    assert PRICES.cost("terra", usage) == Decimal("0.60") + Decimal("0.02") + Decimal("0.50")


def test_a_dated_snapshot_costs_what_its_model_costs():
    assert PRICES.cost("terra-2026-08-01", Usage(1_000_000)) == 1


@pytest.mark.parametrize("model", ["luna", "terra-mini", "terra-2026", ""])
def test_what_an_unknown_model_costs_nobody_knows(model):
    assert PRICES.cost(model, Usage(1_000_000)) is None


def test_tokens_written_into_the_cache_cost_more():
    usage = of_request(Usage(100_000, 40_000, 10_000), written=20_000, written_12h=10_000)
    # 30,000 fresh, 40,000 cached, 20,000 at 1.25 dollars, 10,000 at 2 dollars, 10,000 out
    assert PRICES.cost("terra", usage) == Decimal("0.03") + Decimal("0.002") + Decimal(
        "0.025"
    ) + Decimal("0.02") + Decimal("0.05")


def test_a_long_request_costs_twice_its_input_and_half_as_much_again_for_its_output():
    usage = of_request(Usage(272_001, 72_001, 10_000), written=100_000)
    # 100,000 fresh at 2, 72,001 cached at 0.10, 100,000 written at 2.50, 10,000 out at 7.50
    assert PRICES.cost("terra", usage) == Decimal("0.2") + Decimal("0.0072001") + Decimal(
        "0.25"
    ) + Decimal("0.075")


def test_what_is_long_is_told_by_each_request_and_not_by_their_sum():
    short, long = of_request(Usage(200_000, 0, 1_000)), of_request(Usage(300_000, 0, 1_000))
    costs = [PRICES.cost("terra", usage) for usage in (short, short + short, short + long)]
    assert costs == [Decimal("0.205"), Decimal("0.41"), Decimal("0.205") + Decimal("0.6075")]
    assert of_request(Usage(272_000)).extras == Extras()


def test_a_row_of_its_own_for_long_requests():
    own = Price(Decimal(1), Decimal(1), Decimal(1), long=Price(Decimal(9), Decimal(8), Decimal(7)))
    usage = of_request(Usage(1_000_000, 0, 1_000_000))
    assert Prices("x", {"ours": own}).cost("ours", usage) == 16


def test_tools_cost_by_call_and_one_without_a_price_makes_the_sum_unknown():
    prices = Prices("x", PRICES.models, {"web_search": Decimal("0.01")})
    searched = Usage(1_000_000, extras=Extras(calls={"web_search": 3}))
    assert prices.cost("terra", searched) == Decimal("1.03")
    assert PRICES.cost("terra", searched) is None


def test_a_server_that_tells_nonsense_makes_nothing_negative():
    usage = of_request(Usage(10, 90, 0), written=90)
    assert PRICES.cost("terra", usage) > 0
