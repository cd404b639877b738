"""Halves of characters: what a cut in UTF-16 leaves of an emoji, ``"\\ud83d"`` in JSON.

Python takes them into texts, but they can be sent nowhere. So they are replaced where texts enter
(by U+FFFD), and once more where they leave.
"""

from typing import Any

_DEEPEST = 100


def whole(text: str) -> str:
    """Return *text* with two halves that belong together joined, and others replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole_json(value: Any, levels: int = _DEEPEST) -> Any:
    """Return *value*, made of dicts and lists, with all its texts whole.

    What lies deeper than some *levels*, where nobody writes anything, becomes None.
    """
    match value:
        case str():
            return whole(value)
        case dict() | list() | tuple() if not levels:
            return None
        case dict():
            pairs = value.items()
            return {whole_json(key): whole_json(part, levels - 1) for key, part in pairs}
        case list() | tuple():
            return [whole_json(part, levels - 1) for part in value]
        case _:
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
