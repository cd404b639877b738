"""Names that look alike, whatever they are made of: by Unicode's confusables (UTS 39).

The tables are those of the package confusable-homoglyphs, read when the first name is compared.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.characters import IGNORABLE

_DIRECTIONS = re.compile("[\u200e\u200f]")  # stand in the table around what is written to the left
_WORD = re.compile(r"[^\W\d_]+")
_TOGETHER = (  # scripts that words mix by right: the "highly restrictive" level of UTS 39
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
)
_SCRIPTLESS = {"COMMON", "INHERITED"}
_OF_ASCII = {"0": "O", "1": "l", "I": "l", "m": "rn"}  # spares most names the tables
_STROKES = str.maketrans("i1", "ll")


def has_invisible(text: str) -> bool:
    """Whether something in *text* cannot be seen, or turns it round."""
    return bool(IGNORABLE.search(text)) or not text.isprintable()


@lru_cache(maxsize=4_096)  # a file of hundreds compares each with all before it
def skeleton(name: str) -> str:
    """Return what all names that look like *name* have in common; nobody should read it."""
    seen = unicodedata.normalize("NFKD", IGNORABLE.sub("", name))
    seen = "".join(char for char in seen if char.isalnum())
    seen = _replaced(_replaced(seen).casefold()).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", seen) if c.isalnum()).translate(
        _STROKES
    )


def mixes_scripts(text: str) -> bool:
    """Whether a word in *text* has letters of scripts that no language writes together."""
    return any(_is_mixed(word) for word in _WORD.findall(text))


def _is_mixed(word: str) -> bool:
    if word.isascii():
        return False
    from confusable_homoglyphs.categories import unique_aliases

    scripts = set(unique_aliases(word)) - _SCRIPTLESS
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _replaced(text: str) -> str:
    prototypes = _OF_ASCII if text.isascii() else _prototypes()
    return "".join(prototypes.get(char, char) for char in text)


@lru_cache(maxsize=1)
def _prototypes() -> Mapping[str, str]:
    """Return, of each character that looks like others, the one that stands for all."""
    from confusable_homoglyphs.confusables import confusables_data

    alike = {
        _bare(char): [_bare(one["c"]) for one in ones] for char, ones in confusables_data.items()
    }
    return {
        char: _prototype(char, other, alike)
        for char, ones in alike.items()
        if len(ones) == 1 and len(char) == 1
        for other in ones
    }


def _prototype(char: str, other: str, alike: Mapping[str, list[str]]) -> str:
    """Return which of two stands for both: the one that more are like, else the simpler one."""
    if len(alike.get(other, ())) > 1:
        return other
    return min(char, other, key=lambda text: (not text.isascii(), -len(text), text))


def _bare(text: str) -> str:
    return _DIRECTIONS.sub("", text)


def is_alike(name: str, others: Iterable[str]) -> bool:
    """Whether *name* looks like one of *others*."""
    own = skeleton(name)
    return any(skeleton(other) == own for other in others)
