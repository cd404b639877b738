"""The experts that come with the bot, from ``library.yaml``."""

from functools import cache
from importlib.resources import files

from bot.panel.model import Expert
from bot.settings.panel_nodes import Spot, parse
from bot.settings.panel_reading import experts
from bot.settings.panel_records import SWITCH

_FILE, _DEFAULT = "library.yaml", "default"


@cache
def library() -> tuple[Expert, ...]:
    """Return all bundled experts."""
    return tuple(experts(_written(), beside=(_DEFAULT,)))


@cache
def defaults() -> tuple[Expert, ...]:
    """Return the experts that every workspace begins with."""
    entries = (item.entries() for item in _written().items())
    chosen = [_DEFAULT in one and SWITCH[one[_DEFAULT].word(SWITCH)] for one in entries]
    return tuple(expert for expert, is_one in zip(library(), chosen, strict=True) if is_one)


def _written() -> Spot:
    return parse((files("bot.experts") / _FILE).read_text(encoding="utf-8"), _FILE)
