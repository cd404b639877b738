from datetime import date
from decimal import Decimal

import pytest

from bot.panel.errors import Refused
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import Usage
from bot.settings.prices import prices


def test_the_models_that_are_used_by_default_have_prices():
    table, chosen = prices(), ModelChoice()
    for model in (chosen.router, chosen.expert):
        assert table.cost(model, Usage(1, 0, 1)) > 0
    assert date.fromisoformat(table.as_of)


def test_a_file_of_ones_own_counts_alone(tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text("as_of: 2027-01-01\nmodels:\n  ours: {input: 0.1, cached: 0, output: 3}\n")

    table = prices(str(file))

    assert table.as_of == "2027-01-01"
    assert table.cost("ours", Usage(1_000_000)) == Decimal("0.1")
    assert table.cost("gpt-6-luna", Usage(1_000_000)) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it needs as_of and models"),
        ("- 1", "it needs as_of and models"),
        ("as_of: today\nmodels:\n  ours: {input: 1}", "ours needs input, cached and output"),
        ("as_of: x\nmodels:\n  ours: {input: 1, cached: no, output: 1}", "ours costs 'no'"),
        ("as_of: x\nmodels:\n  ours: {input: 1, cached: -1, output: 1}", "ours costs '-1'"),
        ("as_of: x\nmodels:\n  ours: {input: .inf, cached: 1, output: 1}", "ours costs '.inf'"),
        ("{", "it is not YAML text"),
        ("as_of: x\nmodels: [", r"it is not YAML text \(line 2, column 10\)"),
        ("\0", "it is not YAML text"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, text, told):
    file = tmp_path / "prices.yaml"
    file.write_text(text)

    with pytest.raises(Refused, match=f"PANELBOT_PRICES .*{told}"):
        prices(str(file))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Refused, match="cannot be read: No such file"):
        prices(str(tmp_path / "none.yaml"))
