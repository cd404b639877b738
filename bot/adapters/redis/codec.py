"""Values as compact JSON, by their dataclass. A union is written as ``["ClassName", {…}]``.

Two versions run side by side during an upgrade, so each reads what the other writes:

1. Fields that hold their default are left out, so a field with a default can be added later.
2. A field that is not declared was added later. It is passed over; but what is read and written
   back is ``Kept``, and passes it on.
3. A class or a member of an enum that is not declared was added later, too. Nobody can guess what
   it means, so that raises TooNew: release what reads one before what writes it.
4. All else is refused unless it is exactly as declared.

cattrs builds the code for each dataclass; the hooks here make it strict, for it would turn ``7``
into ``"7"`` by itself. (msgspec is faster still, but writes defaults.) YAML files are read in
``settings/yaml_files``: there every scalar is text and every error names a line.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from bot.panel.errors import GiveUp, TooNew
from bot.panel.kept import Kept

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
_Hook = Callable[[Any, Any], Any]
_UNKNOWN = "unknown"  # the field of Kept; no field of its own in JSON


class Unreadable(GiveUp):
    """Something in Redis is damaged, or its key is lacking; the message has nothing of it."""


class UnknownKind(Unreadable, TooNew):
    """A class, whose *name* it is, or a member of an enum that this version does not have."""

    def __init__(self, what: str, name: str = "") -> None:
        super().__init__(what)
        self.name = name


def dump(value: object) -> str:
    """Return the dataclass *value* as JSON."""
    return _as_json(_converter.unstructure(value))


def dump_tagged(value: object) -> str:
    """Return *value*, one of a union, as JSON with the name of its class."""
    return _as_json([type(value).__name__, _converter.unstructure(value)])


def load(kind: type[T], text: str) -> T:
    """Return the *kind* that *text* says. Raises Unreadable."""
    return _converter.structure(_parsed(text), kind)


def load_tuple(kind: type[T], text: str) -> tuple[T, ...]:
    """Return all the *kind* that *text* lists. Raises Unreadable."""
    return tuple(_converter.structure(item, kind) for item in _checked(list, _parsed(text)))


def load_tagged(kinds: tuple[type[T], ...], text: str) -> T:
    """Return the one of *kinds* that *text* says. Raises Unreadable."""
    known: Mapping[str, type[T]] = _by_name(kinds)
    match _parsed(text):
        case [str() as tag, dict() as raw] if tag in known:
            return _converter.structure(raw, known[tag])
        case [str() as tag, _]:
            raise UnknownKind(f"a {tag!r} is not one of {', '.join(known)}", tag)
        case _:
            raise Unreadable("not a tagged value")


@cache
def _by_name(kinds: tuple[type[T], ...]) -> Mapping[str, type[T]]:
    return {kind.__name__: kind for kind in kinds}


def member(kind: type[E], text: str) -> E:
    """Return the member of the enum *kind* that is stored as *text*. Raises UnknownKind."""
    try:
        return kind(text)
    except ValueError:
        raise UnknownKind(f"not a {kind.__name__}") from None


def _refuse(value: object) -> object:
    raise TypeError(f"no way to write a {type(value).__name__}")


_as_json = json.JSONEncoder(separators=(",", ":"), default=_refuse).encode


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def _checked(kind: type[T], raw: object) -> T:
    if type(raw) is not kind:
        raise Unreadable(f"a {type(raw).__name__} where a {kind.__name__} belongs")
    return raw


def _strict_converter() -> Converter:
    converter = Converter(omit_if_default=True, detailed_validation=False)
    for kind in (str, int, float, bool, Enum):  # and all that inherit from them
        converter.register_structure_hook(kind, _scalar)
    factories: tuple[tuple[Callable[[Any], bool], Any], ...] = (
        (dataclasses.is_dataclass, _dataclass),
        (lambda kind: get_origin(kind) is tuple, _tuple),
        (_is_frozenset, _frozenset),
        (lambda kind: get_origin(kind) is Mapping, _mapping),
    )
    for fits, factory in factories:
        converter.register_structure_hook_factory(fits, factory)
    converter.register_unstructure_hook_factory(_is_kept, _kept_fields)
    converter.register_unstructure_hook_factory(_is_frozenset, lambda _: sorted)
    return converter


def _scalar(raw: object, kind: type[T]) -> T:
    return member(kind, _checked(str, raw)) if issubclass(kind, Enum) else _checked(kind, raw)


def _tuple(kind: Any, converter: Converter) -> _Hook:
    item_kind = get_args(kind)[0]
    build = converter.get_structure_hook(item_kind)
    return lambda raw, _: tuple(build(item, item_kind) for item in _checked(list, raw))


def _is_frozenset(kind: Any) -> bool:
    origin: object = get_origin(kind)
    return origin is frozenset


def _frozenset(kind: Any, converter: Converter) -> _Hook:
    build = _tuple(kind, converter)
    return lambda raw, _: frozenset(build(raw, kind))


def _mapping(kind: Any, converter: Converter) -> _Hook:
    item_kind = get_args(kind)[1]
    build = converter.get_structure_hook(item_kind)
    return lambda raw, _: {
        name: build(item, item_kind) for name, item in _checked(dict, raw).items()
    }


def _dataclass(kind: Any, converter: Converter) -> _Hook:
    build = make_dict_structure_fn(
        kind, converter, _cattrs_detailed_validation=False, **_without_unknown(kind)
    )
    fields = dataclasses.fields(kind)
    names = {field.name for field in fields} - {_UNKNOWN}
    required = {field.name for field in fields if _is_required(field)}

    def hook(raw: Any, _: Any) -> Any:
        try:
            return build(_checked(dict, raw), kind)
        except KeyError:
            missing = ", ".join(sorted(required - raw.keys()))
            raise Unreadable(f"{kind.__name__} lacks {missing}") from None

    def keeping_hook(raw: Any, _: Any) -> Any:
        value = hook(raw, _)
        if raw.keys() <= names:
            return value
        unknown = {name: raw[name] for name in raw if name not in names}
        return dataclasses.replace(value, **{_UNKNOWN: unknown})

    return keeping_hook if _is_kept(kind) else hook


def _kept_fields(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    known = make_dict_unstructure_fn(
        kind, converter, _cattrs_omit_if_default=True, **_without_unknown(kind)
    )
    return lambda value: known(value) | value.unknown


def _is_kept(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Kept)


def _without_unknown(kind: Any) -> dict[str, Any]:
    return {_UNKNOWN: override(omit=True)} if _is_kept(kind) else {}


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is field.default_factory is dataclasses.MISSING


_converter = _strict_converter()
