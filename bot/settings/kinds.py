"""The kinds of values that settings have: how each is read, and what is said if it cannot be."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from bot.addresses import is_plain_elsewhere
from bot.panel.names import nearest

T = TypeVar("T")

_LIKE_A_SECRET = re.compile(r"xox|xapp-|sk-|://[^/]*@|[\w+/=-]{25}")  # in the wrong line, perhaps
_CALL = re.compile(r"/(?:(?:chat/)?completions|responses|models)/?$")
_LONGEST_SHOWN = 40
_MOST_SHOWN = 3
_AROUND_WORDS = "[]{}()\"'“”\u2018\u2019"


class Malformed(ValueError):
    """A value that cannot be read: *what* completes "PORT …"; *meant* is a value that can be."""

    def __init__(self, what: str, meant: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.meant = meant


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How a value is read from text that is not empty."""

    parse: Callable[[str], T]  # raises Malformed
    default: T  # where there is no text


def text(*, default: str = "") -> Kind[str]:
    """Return the kind of any text."""
    return Kind(str, default)


def url(*, default: str, slash: bool = False) -> Kind[str]:
    """Return the kind of web addresses; with *slash*, each ends with one."""

    def parse(value: str) -> str:
        if not _is_url(value):
            secure = f"https://{value.rpartition('://')[2]}"
            meant = secure if _is_url(secure) and "." in secure and _quoted(secure) else ""
            raise malformed(value, "a URL, which begins with https:// (or http://)", meant)
        if call := _CALL.search(value):
            shorter = value[: call.start()]
            expected = f"the URL that all calls begin with, without {call[0]}"
            raise malformed(value, expected, shorter if _quoted(shorter) else "")
        return f"{value}/" if slash and not value.endswith("/") else value

    return Kind(parse, default)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in value
    except ValueError:  # raised for some addresses in brackets
        return False


def public_url() -> Kind[str]:
    """Return the kind of addresses for other people's browsers; with http://, this machine's."""

    def parse(value: str) -> str:
        expected = "a URL that begins with https://, without ? and #"
        if not _is_url(value) or not value.isascii() or is_plain_elsewhere(value):
            secure = f"https://{value.rpartition('://')[2]}"
            raise malformed(value, expected, secure if _is_url(secure) and "." in secure else "")
        if set(value) & set("?#@\\\"'<>"):
            raise malformed(value, expected)
        return value.rstrip("/")

    return Kind(parse, "")


def word(pattern: str, of: str) -> Kind[str]:
    """Return the kind of one word; *of* says what it is that matches *pattern*."""

    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise malformed(value, of)
        return value

    return Kind(parse, "")


def words(pattern: str, of: str, known: Iterable[str] = ()) -> Kind[tuple[str, ...]]:
    """Return the kind of lists with commas; *of* says what the words are that match *pattern*.

    Those *known* are looked at for what a misspelt one may mean.
    """

    def parse(value: str) -> tuple[str, ...]:
        listed = tuple(word.strip() for word in value.split(",") if word.strip())
        wrong = [word for word in listed if not re.fullmatch(pattern, word)]
        if wrong:
            told = ", ".join(filter(None, map(_quoted, wrong[:_MOST_SHOWN])))
            contains = f"contains {told}, but should be" if told else "should be"
            raise Malformed(f"{contains} {of}, with commas between", meant(value))
        return listed

    def meant(value: str) -> str:
        bare = (word.strip(_AROUND_WORDS) for word in re.split(r"[\s,;]+", value))
        spelled = [spelling(word) for word in bare if word]
        return ",".join(spelled) if all(map(_quoted, spelled)) else ""

    def spelling(word: str) -> str:
        host = word.rpartition("//")[2].strip("/")
        id_ = word.upper() if re.search(r"\d", word) else word  # of Slack
        candidates = (word, id_, word.casefold(), host, *nearest(word, known, most=1))
        return next((one for one in candidates if re.fullmatch(pattern, one)), "")

    return Kind(parse, ())


def word_set(
    pattern: str, of: str, default: frozenset[str] = frozenset(), known: Iterable[str] = ()
) -> Kind[frozenset[str]]:
    """Return the kind of lists with commas in which the order does not matter."""
    listed = words(pattern, of, known)
    return Kind(lambda value: frozenset(listed.parse(value)) or default, default)


def choice(*choices: str, default: str = "") -> Kind[str]:
    """Return the kind of one of *choices*, in capitals or not."""
    by_folded = {each.casefold(): each for each in choices}

    def parse(value: str) -> str:
        folded = value.casefold()
        if folded not in by_folded:
            main = re.split(r"[-_.]", folded)[0]  # of de-DE, en_US.UTF-8
            near = [by_folded[main]] if main in by_folded else nearest(value, choices)
            raise malformed(value, f"one of {', '.join(choices)}", next(iter(near), ""))
        return by_folded[folded]

    return Kind(parse, default)


def malformed(value: str, expected: str, meant: str = "") -> Malformed:
    """Return the error that *value* is not what is *expected*; *meant* is, if anything."""
    told = _quoted(value)
    what = f"is {told}, but should be {expected}" if told else f"should be {expected}"
    return Malformed(what, meant)


def _quoted(value: str) -> str:
    """Return *value* in quotes; nothing if it may be a secret, or is empty or long."""
    seen = " ".join(value.split())
    if not seen.isprintable() or len(seen) > _LONGEST_SHOWN or _LIKE_A_SECRET.search(seen):
        return ""
    return seen and f"“{seen}”"
