"""Values as compact JSON, by their dataclass: what is not exactly as declared is refused.

Fields that hold their default are left out, so a field with a default can be added later. A
union is written as ``["ClassName", {…}]``.
"""

import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.panel.errors import GiveUp

T = TypeVar("T")


class Unreadable(GiveUp):
    """Something in Redis that this version did not write. The message says nothing of its text."""


def dump(value: object) -> str:
    """Return the dataclass *value* as JSON."""
    return _compact(_plain(value))


def dump_tagged(value: object) -> str:
    """Return *value*, one of a union, as JSON with the name of its class."""
    return _compact([type(value).__name__, _plain(value)])


def load(kind: type[T], text: str) -> T:
    """Return the *kind* that *text* says. Raises Unreadable."""
    value = _built(kind, _parsed(text))
    assert isinstance(value, kind)  # noqa: S101  # what _dataclass returns; tells the type checker
    return value


def load_tuple(kind: type[T], text: str) -> tuple[T, ...]:
    """Return all the *kind* that *text* lists. Raises Unreadable."""
    built: tuple[T, ...] = _built(tuple[kind, ...], _parsed(text))  # type: ignore[valid-type]  # kind is a value here
    return built


def load_tagged(kinds: Iterable[type[T]], text: str) -> T:
    """Return the one of *kinds* that *text* says. Raises Unreadable."""
    known = {kind.__name__: kind for kind in kinds}
    match _parsed(text):
        case [str() as tag, dict() as raw] if tag in known:
            built: T = _built(known[tag], raw)
            return built
        case [str() as tag, _]:
            raise Unreadable(f"a {tag!r} is not one of {', '.join(known)}")
        case _:
            raise Unreadable("not a tagged value")


def _compact(plain: object) -> str:
    return json.dumps(plain, separators=(",", ":"))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Unreadable("not JSON") from None


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(item) for field, item in held if item != _default(field)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no way to write a {type(value).__name__}")


def _default(field: Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _built(kind: Any, raw: Any) -> Any:
    if isinstance(kind, NewType):
        return _built(kind.__supertype__, raw)
    if get_origin(kind) in (Union, types.UnionType):
        return _optional(kind, raw)
    if get_origin(kind) is tuple:
        return tuple(_built(get_args(kind)[0], item) for item in _checked(list, raw))
    if get_origin(kind) is Mapping:
        return {name: _built(get_args(kind)[1], item) for name, item in _checked(dict, raw).items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, _checked(dict, raw))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind, raw)
    return _checked(kind, raw)


def _checked(kind: type[T], raw: object) -> T:
    if type(raw) is not kind:
        raise Unreadable(f"a {type(raw).__name__} where a {kind.__name__} belongs")
    return raw


def _member(kind: type[Enum], raw: object) -> Enum:
    try:
        return kind(raw)
    except ValueError:
        raise Unreadable(f"not a {kind.__name__}") from None


def _optional(kind: Any, raw: object) -> Any:
    if raw is None:
        return None
    (inner,) = (arg for arg in get_args(kind) if arg is not types.NoneType)
    return _built(inner, raw)


def _dataclass(kind: Any, raw: Mapping[str, object]) -> Any:
    hints, needed = _fields(kind)
    if unknown := raw.keys() - hints.keys():
        raise Unreadable(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    if missing := needed - raw.keys():
        raise Unreadable(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
    return kind(**{name: _built(hints[name], item) for name, item in raw.items()})


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    optional = {f.name for f in fields(kind) if _default(f) is not MISSING}
    hints = get_type_hints(kind)
    return hints, frozenset(hints.keys() - optional)
