"""The experts that come with the bot, from ``library.yaml``."""

from functools import cache, partial
from importlib.resources import files
from itertools import compress

from bot.panel.model import Expert
from bot.settings.yaml_files.expert_entries import SWITCH
from bot.settings.yaml_files.panel_reading import experts
from bot.settings.yaml_files.yaml_nodes import YamlNode
from bot.settings.yaml_files.yaml_parsing import parse_bundled

_FILE, _DEFAULT = "library.yaml", "default"


@cache
def library() -> tuple[Expert, ...]:
    """Return all bundled experts."""
    return tuple(_root().whole(partial(experts, beside=(_DEFAULT,))))


@cache
def defaults() -> tuple[Expert, ...]:
    """Return the experts that every workspace starts with."""
    entries = [item.fields() for item in _root().items()]
    is_default = [_DEFAULT in entry and SWITCH[entry[_DEFAULT].one_of(SWITCH)] for entry in entries]
    return tuple(compress(library(), is_default))


@cache
def _root() -> YamlNode:
    return parse_bundled((files("bot.experts") / _FILE).read_text(encoding="utf-8"), _FILE)
