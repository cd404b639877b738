"""The table of prices: the one that comes with the bot, or the operator's own."""

from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path

import yaml

from bot.panel.errors import Refused
from bot.panel.prices import Price, Prices


def prices(file: str = "") -> Prices:
    """Return the table in *file*, or else the bundled one. Raises Refused, naming the fault."""
    if not file:
        return _table((files("bot") / "prices.yaml").read_text(encoding="utf-8"))
    try:
        return _table(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"PANELBOT_PRICES {file} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        what = str(error) if isinstance(error, _Malformed) else "it is not YAML text"
        raise Refused(f"PANELBOT_PRICES {file} is malformed: {what}") from error


class _Malformed(ValueError):
    pass


def _table(text: str) -> Prices:
    match yaml.load(text, yaml.BaseLoader):  # noqa: S506 - safer than safe: all scalars stay text
        case {"as_of": str(as_of), "models": dict(models)}:
            return Prices(as_of, {str(name): _price(name, row) for name, row in models.items()})
    raise _Malformed("it needs as_of and models")


def _price(model: str, row: object) -> Price:
    match row:
        case {"input": str(input_), "cached": str(cached), "output": str(output)}:
            return Price(*(_dollars(model, amount) for amount in (input_, cached, output)))
    raise _Malformed(f"{model} needs input, cached and output")


def _dollars(model: str, amount: str) -> Decimal:
    try:
        dollars = Decimal(amount)
    except InvalidOperation:
        dollars = Decimal("NaN")
    if not dollars.is_finite() or dollars < 0:
        raise _Malformed(f"{model} costs {amount!r}, which is no amount")
    return dollars
