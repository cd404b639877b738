"""Dataclasses as YAML, field by field: an expert's fields are those of ``Expert``, but LEFT_OUT."""

import types
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.panel.errors import Refused
from bot.panel.model import Expert
from bot.panel.roster.expert_checks import check_expert, check_name
from bot.settings.panel_nodes import Spot

T = TypeVar("T")

LEFT_OUT = frozenset({"collections"})  # ids of documents, which mean nothing at another account
SWITCH = {"true": True, "false": False}
_LONG = ("instructions",)  # they come last, where they hide nothing


def expert(spot: Spot, beside: Sequence[str] = ()) -> Expert:
    """Return the expert that is written there; *beside* it may be other fields.

    Raises Refused, naming line and field.
    """
    written = spot.entries()
    who = spot.called(written["name"].text() if "name" in written else "an expert")
    read = _record(Expert, who, beside)
    try:
        check_name(read.name)
        return check_expert(read, ())
    except Refused as refusal:
        at = written.get(refusal.field or "", who)
        raise Spot(at.node, who.file, (*who.path, *at.path[-1:])).wrong(
            f"is refused: {refusal}"
        ) from refusal


def names(kind: type) -> tuple[str, ...]:
    """Return the fields that a file has of *kind*, in the order in which they are written."""
    return tuple(sorted((one.name for one in _fields(kind)), key=lambda name: name in _LONG))


def plain(value: object) -> Any:
    """Return *value* as what YAML writes; fields that hold their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        defaults = {one.name: _default(one) for one in _fields(type(value))}
        held = {name: getattr(value, name) for name in names(type(value))}
        return {name: plain(one) for name, one in held.items() if one != defaults[name]}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, str | bool):
        return value
    raise TypeError(f"no way to write a {type(value).__name__}")


def _record(kind: type[T], spot: Spot, beside: Sequence[str] = ()) -> T:
    written, hints = spot.entries((*names(kind), *beside)), get_type_hints(kind)
    for one in _fields(kind):
        if one.name not in written and _default(one) is MISSING:
            raise spot.wrong(f"lacks {one.name}")
    return kind(
        **{name: _value(hint, written[name]) for name, hint in hints.items() if name in written}
    )


def _value(kind: Any, spot: Spot) -> Any:
    if isinstance(kind, NewType):
        return _value(kind.__supertype__, spot)
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(kind) if arg is not types.NoneType)
        return _value(inner, spot)
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], item) for item in spot.items())
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, spot)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(spot.word(str(one.value) for one in kind))
    if kind is bool:
        return SWITCH[spot.word(SWITCH)]
    if kind is str:
        return spot.text()
    raise TypeError(f"no way to read a {kind}")


def _fields(kind: type) -> list[Field[Any]]:
    assert is_dataclass(kind)  # noqa: S101  # tells the type checker
    return [one for one in fields(kind) if one.name not in LEFT_OUT]


def _default(one: Field[Any]) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default
