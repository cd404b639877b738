"""Values as compact JSON, by their dataclass: what is not exactly as declared is refused.

Fields that hold their default are left out, so a field with a default can be added later. A
union is written as ``["ClassName", {…}]``.

cattrs builds the code for each dataclass; the hooks here make it strict, for it would turn ``7``
into ``"7"`` by itself. (msgspec is faster still, but drops unknown fields of dataclasses without a
word and writes their defaults.) YAML files are read in ``settings/yaml_files``:
there every scalar is text and every error names a line.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from bot.panel.errors import GiveUp

T = TypeVar("T")
_Hook = Callable[[Any, Any], Any]


class Unreadable(GiveUp):
    """Something in Redis that this version did not write. The message says nothing of its text."""


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


def load_tagged(kinds: Iterable[type[T]], text: str) -> T:
    """Return the one of *kinds* that *text* says. Raises Unreadable."""
    known = {kind.__name__: kind for kind in kinds}
    match _parsed(text):
        case [str() as tag, dict() as raw] if tag in known:
            return _converter.structure(raw, known[tag])
        case [str() as tag, _]:
            raise Unreadable(f"a {tag!r} is not one of {', '.join(known)}")
        case _:
            raise Unreadable("not a tagged value")


def _as_json(plain: object) -> str:
    return json.dumps(plain, separators=(",", ":"), default=_refuse)


def _refuse(value: object) -> object:
    raise TypeError(f"no way to write a {type(value).__name__}")


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
    converter = Converter(forbid_extra_keys=True, omit_if_default=True, detailed_validation=False)
    for kind in (str, int, float, bool, Enum):  # and all that inherit from them
        converter.register_structure_hook(kind, _scalar)
    factories: tuple[tuple[Callable[[Any], bool], Any], ...] = (
        (dataclasses.is_dataclass, _dataclass),
        (lambda kind: get_origin(kind) is tuple, _tuple),
        (lambda kind: get_origin(kind) is Mapping, _mapping),
    )
    for fits, factory in factories:
        converter.register_structure_hook_factory(fits, factory)
    return converter


def _scalar(raw: object, kind: type[T]) -> T:
    if not issubclass(kind, Enum):
        return _checked(kind, raw)
    try:
        return kind(raw)
    except ValueError:
        raise Unreadable(f"not a {kind.__name__}") from None


def _tuple(kind: Any, converter: Converter) -> _Hook:
    item_kind = get_args(kind)[0]
    build = converter.get_structure_hook(item_kind)
    return lambda raw, _: tuple(build(item, item_kind) for item in _checked(list, raw))


def _mapping(kind: Any, converter: Converter) -> _Hook:
    item_kind = get_args(kind)[1]
    build = converter.get_structure_hook(item_kind)
    return lambda raw, _: {
        name: build(item, item_kind) for name, item in _checked(dict, raw).items()
    }


def _dataclass(kind: Any, converter: Converter) -> _Hook:
    build = make_dict_structure_fn(
        kind, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=False
    )
    required = {field.name for field in dataclasses.fields(kind) if _is_required(field)}

    def hook(raw: Any, _: Any) -> Any:
        try:
            return build(_checked(dict, raw), kind)
        except ForbiddenExtraKeysError as error:
            unknown = ", ".join(sorted(error.extra_fields))
            raise Unreadable(f"{kind.__name__} has no {unknown}") from None
        except KeyError:
            missing = ", ".join(sorted(required - raw.keys()))
            raise Unreadable(f"{kind.__name__} lacks {missing}") from None

    return hook


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is field.default_factory is dataclasses.MISSING


_converter = _strict_converter()
