"""The table of prices: the one that comes with the bot, or the operator's own."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from bot.panel.prices import Price, Prices
from bot.settings.yaml_files.files import read_once
from bot.settings.yaml_files.yaml_nodes import YamlNode
from bot.settings.yaml_files.yaml_parsing import load, parse

_AMOUNTS = ("input", "cached", "output")
_WRITES = ("written", "written_12h")
_LONG = tuple(f"long_{name}" for name in (*_AMOUNTS, *_WRITES))


@read_once
def prices(file: str) -> Prices:
    """Return the table in *file*, or else the bundled one. Raises Refused, naming the fault."""
    if file:
        return load(file, setting="PANELBOT_PRICES").whole(_table)
    bundled = files("bot.settings.yaml_files") / "prices.yaml"
    return parse(bundled.read_text(encoding="utf-8"), bundled.name).whole(_table)


def _table(root: YamlNode) -> Prices:
    table = root.fields(("as_of", "models", "tools"), required=("as_of", "models"))
    return Prices(
        table.read("as_of", YamlNode.text, ""),
        table.read("models", lambda models: models.fields().read_all(_price), {}),
        table.read("tools", lambda tools: tools.fields().read_all(_dollars), {}),
    )


def _price(row: YamlNode) -> Price:
    columns = row.fields((*_AMOUNTS, *_WRITES, *_LONG), required=_AMOUNTS)
    amounts = columns.read_all(_dollars)
    input_, cached, output = (amounts.get(name, Decimal(0)) for name in _AMOUNTS)
    written, written_12h = (amounts.get(name) for name in _WRITES)
    price = Price(input_, cached, output, written, written_12h)
    long: dict[str, Any] = {name.removeprefix("long_"): amounts.get(name) for name in _LONG}
    told = {name: amount for name, amount in long.items() if amount is not None}
    return replace(price, long=replace(price.doubled(), **told))


def _dollars(node: YamlNode) -> Decimal:
    amount = node.text()
    try:
        dollars = Decimal(amount)
    except InvalidOperation:
        dollars = Decimal("NaN")
    if not dollars.is_finite() or dollars < 0:
        raise node.error(f"is “{amount[:40]}”, which is not an amount in dollars")
    return dollars
