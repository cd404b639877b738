from datetime import date
from decimal import Decimal

import pytest

from bot.panel.errors import Refused
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.usage import Usage
from bot.settings.yaml_files.prices import prices

ONE_DOLLAR = {"input": "1", "cached": "1", "output": "1"}


def price(**amounts: str) -> str:
    """Return a table with the prices of one model."""
    row = ", ".join(f"{name}: {amount}" for name, amount in (ONE_DOLLAR | amounts).items())
    return f"as_of: x\nmodels:\n  ours: {{{row}}}"


def test_the_models_that_are_used_by_default_have_prices():
    table, chosen = prices(""), ModelChoice()
    for model in (chosen.router, chosen.expert, chosen.hard):
        assert table.cost(model, Usage(1, 0, 1)) > 0
    assert date.fromisoformat(table.as_of)


def test_an_own_file_replaces_the_bundled_one(tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text("as_of: 2027-01-01\nmodels:\n  ours: {input: 0.1, cached: 0, output: 3}\n")

    table = prices(str(file))

    assert table.as_of == "2027-01-01"
    assert table.cost("ours", Usage(1_000_000)) == Decimal("0.1")
    assert table.cost("gpt-6-luna", Usage(1_000_000)) is None


def test_a_row_may_tell_what_writing_and_long_requests_cost(tmp_path):
    file = tmp_path / "prices.yaml"
    row = price(written="3", written_12h="4", long_input="5", long_written="6", long_output="7")
    file.write_text(f"{row}\ntools: {{web_search: 0.5}}\n")

    (ours,) = (table := prices(str(file))).models.values()

    one, long = Decimal(1), ours.long
    assert (ours.input, ours.written, ours.written_12h) == (one, 3, 4)
    assert (long.input, long.cached, long.written, long.written_12h, long.output) == (5, 2, 6, 8, 7)
    assert table.tools == {"web_search": Decimal("0.5")}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", " is empty"),
        ("- 1", ":1:1: the file should be fields with values"),
        ("models: {}", ":1:1: the file lacks as_of"),
        ("as_of: today\nmodels: []", ":2:9: models should be fields with values"),
        ("as_of: today\nmodels:\n  ours: {input: 1}", ":3:9: models > ours lacks cached"),
        (price(cached="no"), ":3:28: models > ours > cached is “no”, which is not an amount"),
        (price(cached="-1"), ":3:28: models > ours > cached is “-1”, which is not an amount"),
        (price(input=".inf"), ":3:17: models > ours > input is “.inf”, which is not an amount"),
        (price(cached="{}"), ":3:28: models > ours > cached should be a single value"),
        (f"{price()}\n  ours: {{}}", ":4:3: models > ours appears twice"),
        (
            price(writen="1"),
            ":3:42: models > ours > writen is not a field here. Did you mean `written`",
        ),
        (
            price(long_output="x"),
            ":3:55: models > ours > long_output is “x”, which is not an amount",
        ),
        (
            f"{price()}\ntools: {{web_search: -1}}",
            ":4:21: tools > web_search is “-1”, which is not",
        ),
        (f"{price()}\ntool: {{}}", ":4:1: tool is not a field here. Did you mean `tools`"),
        ("{", ":1:2: the file is not YAML"),
        ("as_of: x\nmodels: [", ":2:10: the file is not YAML"),
        ("\0", ":1:1: the file is not YAML text"),
    ],
)
def test_errors_name_the_place_and_the_problem(tmp_path, text, problem):
    file = tmp_path / "prices.yaml"
    file.write_text(text)

    with pytest.raises(Refused) as refusal:
        prices(str(file))

    assert str(refusal.value).startswith(f"PANELBOT_PRICES {file}{problem}")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text("as_of: []\nmodels:\n  a: {input: x, cached: 0}\n  b: 1\ntools: {c: -1}\n")
    with pytest.raises(Refused) as refusal:
        prices(str(file))
    lines = str(refusal.value).splitlines()
    places = [line.removeprefix(f"PANELBOT_PRICES {file}:").split(" ")[0] for line in lines]
    assert places == ["1:8:", "3:6:", "3:14:", "4:6:", "5:12:"]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"PANELBOT_PRICES .*none\.yaml cannot be read: No such file"):
        prices(str(tmp_path / "none.yaml"))
