"""Answers of models and functions: whether they say anything, and how much of them is used."""

import re
import unicodedata

from bot.characters import IGNORABLE
from bot.panel.texts import sentences
from bot.panel.texts.code import with_note
from bot.panel.texts.footnotes import LEFTOVERS

LONGEST = 100_000  # characters of an answer: about ten messages
_SHORTEST = 0.9  # of these, at least, are used

_SILENT = re.compile(
    rf"</?[a-z!][^<>]*>|&(?:nbsp|shy|zwj|zwnj|#\w{{1,8}});|{LEFTOVERS}"
    r"|^[ \t>]*(?:`{3,}[^`\n]*|~{3,}[^\n]*|\d{1,9}[.)][ \t]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP = frozenset("`^~+=|<>")  # symbols, to Unicode
_ENDS = ("\n\n", "\n", ". ", "。", " ")


def says_nothing(text: str) -> bool:
    """Whether people would see nothing of *text*: only markup, spaces or invisible characters."""
    return not any(_is_seen(character) for character in _SILENT.sub("", text))


def shortened(text: str) -> str:
    """Return the beginning of *text* that is used, all of it if it is not too long."""
    if len(text) <= LONGEST:
        return text
    least = int(LONGEST * _SHORTEST)
    ends = (text.rfind(end, least, LONGEST) + len(end.rstrip()) for end in _ENDS)
    return text[: next((end for end in ends if end > least), LONGEST)]


def limited(text: str) -> str:
    """Return *text*, cut with a line that says so if it is too long."""
    kept = shortened(text)
    return text if kept == text else with_note(kept, sentences.answer_cut(LONGEST))


def _is_seen(character: str) -> bool:
    if character in _MARKUP or IGNORABLE.match(character):
        return False
    return character == "?" or unicodedata.category(character)[0] in "LNS"
