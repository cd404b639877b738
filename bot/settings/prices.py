"""The table of prices: the one that comes with the bot, or the operator's own."""

from decimal import Decimal, InvalidOperation
from importlib.resources import files

from bot.panel.prices import Price, Prices
from bot.settings.yaml_nodes import YamlNode, load, parse

_AMOUNTS = ("input", "cached", "output")


def prices(file: str = "") -> Prices:
    """Return the table in *file*, or else the bundled one. Raises Refused, naming the fault."""
    if file:
        return _table(load(file, setting="PANELBOT_PRICES"))
    bundled = files("bot.settings") / "prices.yaml"
    return _table(parse(bundled.read_text(encoding="utf-8"), bundled.name))


def _table(root: YamlNode) -> Prices:
    table = root.fields(required=("as_of", "models"))
    models = table["models"].fields()
    return Prices(table["as_of"].text(), {name: _price(row) for name, row in models.items()})


def _price(row: YamlNode) -> Price:
    amounts = row.fields(required=_AMOUNTS)
    return Price(*(_dollars(amounts[name]) for name in _AMOUNTS))


def _dollars(node: YamlNode) -> Decimal:
    amount = node.text()
    try:
        dollars = Decimal(amount)
    except InvalidOperation:
        dollars = Decimal("NaN")
    if not dollars.is_finite() or dollars < 0:
        raise node.error(f"is “{amount[:40]}”, which is not an amount in dollars")
    return dollars
