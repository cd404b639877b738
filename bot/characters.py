"""Halves of characters, and characters that nobody sees.

Halves are what a cut in UTF-16 leaves of an emoji, ``"\\ud83d"`` in JSON. Python takes them into
texts, but they can be sent nowhere. So they are replaced where texts enter (by U+FFFD), and once
more where they leave.
"""

import re
from typing import Any

_DEEPEST = 100
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, besides the category Cf, and the
# blank of Braille: letters, marks and symbols, to Unicode.
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)


def whole(text: str) -> str:
    """Return *text* with two halves that belong together joined, and others replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def visible(text: str) -> str:
    """Return *text* for a terminal: what would steer it, or turn the line round, as escapes."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def whole_json(value: Any, levels: int = _DEEPEST) -> Any:
    """Return *value*, made of dicts and lists, with all its texts whole.

    What lies deeper than some *levels*, where nobody writes anything, becomes None.
    """
    if isinstance(value, str):
        return value if value.isascii() else whole(value)
    if isinstance(value, dict):
        if not levels:
            return None
        below = levels - 1
        return {whole_json(key): whole_json(part, below) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [whole_json(part, levels - 1) for part in value] if levels else None
    return value


class Joiner:
    """Joins the halves of a character that ended up in two pieces of one text."""

    def __init__(self) -> None:
        self._half = ""

    def join(self, piece: str) -> str:
        """Return the next *piece* of the text, without a half at its end that may be joined."""
        text = self._half + piece
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return whole(text[: len(text) - len(self._half)])
