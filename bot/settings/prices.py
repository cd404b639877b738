"""The table of prices: the one that comes with the bot, or the operator's own."""

from decimal import Decimal, InvalidOperation
from importlib.resources import files

from bot.panel.prices import Price, Prices
from bot.settings import yaml_file
from bot.settings.yaml_file import MalformedError


def prices(file: str = "") -> Prices:
    """Return the table in *file*, or else the bundled one. Raises Refused, naming the fault."""
    if not file:
        bundled = (files("bot.settings") / "prices.yaml").read_text(encoding="utf-8")
        return _table(yaml_file.parsed(bundled))
    return yaml_file.read("PANELBOT_PRICES", file, _table)


def _table(read: object) -> Prices:
    match read:
        case {"as_of": str(as_of), "models": dict(models)}:
            return Prices(as_of, {str(name): _price(name, row) for name, row in models.items()})
    raise MalformedError("it needs as_of and models")


def _price(model: str, row: object) -> Price:
    match row:
        case {"input": str(input_), "cached": str(cached), "output": str(output)}:
            return Price(*(_dollars(model, amount) for amount in (input_, cached, output)))
    raise MalformedError(f"{model} needs input, cached and output")


def _dollars(model: str, amount: str) -> Decimal:
    try:
        dollars = Decimal(amount)
    except InvalidOperation:
        dollars = Decimal("NaN")
    if not dollars.is_finite() or dollars < 0:
        raise MalformedError(f"{model} costs {amount!r}, which is no amount")
    return dollars
