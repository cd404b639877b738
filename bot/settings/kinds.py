"""The kinds of values that settings have: how each is read, and the error if it cannot be."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

KEY_BYTES = 32  # of an encryption key
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How a value is read from text that is not empty."""

    parse: Callable[[str], T]  # raises ValueError
    expected: str  # completes "PORT …"
    default: T  # where there is no text


def text(*, prefix: str = "", default: str = "") -> Kind[str]:
    """Return the kind of any text that begins with *prefix*."""

    def parse(value: str) -> str:
        if not value.startswith(prefix):
            raise ValueError
        return value

    return Kind(parse, f"should begin with {prefix}", default)


def number(least: float, most: float, *, default: float) -> Kind[float]:
    """Return the kind of numbers from *least* to *most*."""

    def parse(value: str) -> float:
        if not least <= float(value) <= most:
            raise ValueError
        return float(value)

    return Kind(parse, f"should be from {least:g} to {most:g}", default)


def whole_number(least: int, most: int, *, default: int, or_zero: bool = False) -> Kind[int]:
    """Return the kind of whole numbers from *least* to *most*."""

    def parse(value: str) -> int:
        if not least <= int(value) <= most and not (or_zero and int(value) == 0):
            raise ValueError
        return int(value)

    zero = " (or 0)" if or_zero else ""
    return Kind(parse, f"should be a whole number, {least} to {most}{zero}", default)


def url(*, default: str, slash: bool = False) -> Kind[str]:
    """Return the kind of web addresses; with *slash*, each ends with one."""

    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError
        return f"{value}/" if slash and not value.endswith("/") else value

    return Kind(parse, "should be a URL (https, http)", default)


def words(pattern: str, of: str) -> Kind[tuple[str, ...]]:
    """Return the kind of lists with commas; *of* says what the words are that match *pattern*."""

    def parse(value: str) -> tuple[str, ...]:
        listed = tuple(word.strip() for word in value.split(",") if word.strip())
        if not all(re.fullmatch(pattern, word) for word in listed):
            raise ValueError
        return listed

    return Kind(parse, f"should be {of}, with commas between", ())


def encryption_keys() -> Kind[tuple[bytes, ...]]:
    """Return the kind of lists with commas, of keys of 32 bytes in (URL-safe) base64."""

    def parse(value: str) -> tuple[bytes, ...]:
        keys = tuple(
            b64decode(
                key.strip().translate(_URL_SAFE) + "=" * (-len(key.strip()) % 4), validate=True
            )
            for key in value.split(",")
        )
        if len(set(keys)) < len(keys) or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError
        return keys

    return Kind(parse, "should be keys of 32 bytes in base64, with commas between", ())


def word_set(pattern: str, of: str, default: frozenset[str] = frozenset()) -> Kind[frozenset[str]]:
    """Return the kind of lists with commas in which the order does not matter."""
    listed = words(pattern, of)
    return Kind(lambda value: frozenset(listed.parse(value)) or default, listed.expected, default)


def choice(*choices: str, default: str = "") -> Kind[str]:
    """Return the kind of one of *choices*, in capitals or not."""

    def parse(value: str) -> str:
        for each in choices:
            if each.casefold() == value.casefold():
                return each
        raise ValueError

    return Kind(parse, f"should be one of {', '.join(choices)}", default)
