"""Domain values as compact JSON and back. Strict: what does not fit is an error, not a guess."""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.panel.events import TurnEvent
from bot.panel.model import Expert, Message

T = TypeVar("T")

_EVENTS: Mapping[str, type[TurnEvent]] = {kind.__name__: kind for kind in get_args(TurnEvent)}


class CodecError(Exception):
    """Something stored cannot be read: written by another version, or by someone else."""


def dump_event(event: TurnEvent, nonce: str) -> str:
    """Return *event* as text; *nonce* tells it from another of the same content."""
    return _text([nonce, type(event).__name__, _plain(event)])


def load_event(text: str) -> TurnEvent:
    """Return the event that ``dump_event`` made *text* of."""
    _, kind, content = json.loads(text)
    if kind not in _EVENTS:
        raise CodecError(f"unknown journal entry {kind!r}: written by a newer version?")
    event: TurnEvent = _built(_EVENTS[kind], content)
    return event


def dump(value: Message | Expert) -> str:
    """Return *value* as text."""
    return _text(_plain(value))


def load(kind: type[T], text: str) -> T:
    """Return the value of *kind* that ``dump`` made *text* of."""
    built: T = _built(kind, json.loads(text))
    return built


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Return *value* as JSON types; fields that have their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        members = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _plain(member) for f, member in members if member != f.default}
    return value


def _built(kind: Any, content: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        if not isinstance(content, dict) or not set(content) <= set(hints):
            raise CodecError(f"not a {kind.__name__}")
        try:
            return kind(**{name: _built(hints[name], part) for name, part in content.items()})
        except TypeError as error:
            raise CodecError(f"not a whole {kind.__name__}") from error
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (option for option in get_args(kind) if option is not type(None))
        return None if content is None else _built(inner, content)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(content)
    return content


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
