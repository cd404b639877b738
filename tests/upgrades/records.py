"""A sample of every record that is stored; no field of it holds its default.

As a program it reads samples with the ``bot`` that is in the current folder, of whatever version.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bot.adapters.redis import codec
from bot.panel import errors

_LOADED = re.compile(r"(?:codec|_cipher|CLEAR)\.load\w*\(\s*([A-Z_]\w*),")  # in the stores
_SMALLEST = {str: "text", int: 7, float: 1.5, bool: True}
_NOT_STORED = {"attachments", "unknown"}  # fields

# Classes, and members of enums as ``Effort.HUGE``, that this version reads and does not write, or
# only where a setting asks for it that the last version, which does not know them, has not either.
# The next one may write them. Empty it at a release.
NOT_WRITTEN_YET: frozenset[str] = frozenset({"LikelihoodsAsked", "LikelihoodsJudged"})
# Classes that lie only under kinds of keys which the last version does not have, and never reads.
# Empty it at a release, too.
OF_NEW_KEYS = frozenset({"Correction", "Installation"})


def samples() -> dict[str, Any]:
    """Return a sample of each kind of record, as it is stored."""
    return {name: json.loads(codec.dump(_sample(kind))) for name, kind in _stored().items()}


def members() -> dict[str, list[str]]:
    """Return the members of all enums in these records."""
    enums: dict[str, list[str]] = {}
    for kind in _stored().values():
        _note_enums(kind, enums)
    return enums


def unreadable(stored: Mapping[str, Any]) -> dict[str, str]:
    """Return which samples this version does not read, and why."""
    known = _dataclasses()
    read = {name: _unreadable(known.get(name), sample) for name, sample in stored.items()}
    return {name: why for name, why in read.items() if why}


def _unreadable(kind: type | None, sample: Any) -> str:
    if kind is None:
        return "there is no such class"
    try:
        codec.load(kind, json.dumps(sample))
    except errors.PanelError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _stored() -> dict[str, type]:
    """Return the kinds of records that the stores load, by name."""
    found: dict[str, type] = {}
    for module in map(import_module, _modules("bot.adapters.redis")):
        for name in _LOADED.findall(Path(str(module.__file__)).read_text()):
            kinds = getattr(module, name)
            found |= {one.__name__: one for one in (kinds if isinstance(kinds, tuple) else [kinds])}
    return found


def _modules(package: str) -> list[str]:
    folder = import_module(package).__path__
    return [module.name for module in walk_packages(folder, f"{package}.")]


def _dataclasses() -> dict[str, type]:
    """Return all dataclasses that the panel and its operators have, by name."""
    found: dict[str, type] = {}
    for name in (*_modules("bot.panel"), *_modules("bot.operations")):
        for one in vars(import_module(name)).values():
            if isinstance(one, type) and is_dataclass(one) and one.__module__ == name:
                found[one.__name__] = one
    return found


def _sample(kind: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _sample(next(one for one in args if one is not type(None)))
    if origin is tuple:
        return (_sample(args[0]),)
    if origin is frozenset:
        return frozenset({_sample(args[0])})
    if origin is not None:  # a mapping
        return {"name": _sample(args[1])}
    if hasattr(kind, "__supertype__"):
        return _sample(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [one for one in kind if f"{kind.__name__}.{one.name}" not in NOT_WRITTEN_YET][-1]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        stored = [field for field in fields(kind) if field.name not in _NOT_STORED]
        values = {field.name: _sample(hints[field.name]) for field in stored}
        values |= {field.name: False for field in stored if field.default is True}
        return kind(**values)  # type: ignore[operator]
    return _SMALLEST[kind]


def _note_enums(kind: Any, enums: dict[str, list[str]]) -> None:
    if isinstance(kind, type) and issubclass(kind, Enum):
        enums[kind.__name__] = [str(member.value) for member in kind]
    elif is_dataclass(kind):
        for hint in get_type_hints(kind).values():
            _note_enums(hint, enums)
    for arg in get_args(kind):
        _note_enums(arg, enums)


if __name__ == "__main__":
    json.dump(unreadable(json.load(sys.stdin)), sys.stdout)
