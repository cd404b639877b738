"""Prompts as redactors see them: the texts between our frames, without any escaping.

Frames themselves stay as they are, with the marks by which a message is found again. Only where a
redactor changes something, the text is escaped anew. What models and instructions say may look like
a frame: so only values that can be nothing but our marks are left out.
"""

import re
from collections.abc import Iterator
from html import unescape

from bot.panel.language_model.frames import Kind, attribute, quote, unescaped

_ATTRIBUTE = r' [a-z_]+="[^"]*"'
_FRAME = re.compile(f"(</?(?:{'|'.join(Kind)})(?:{_ATTRIBUTE})*>)")
_MARK = (
    r'(?:ref|ts|id)="(?:\d{1,10}\.\d{1,6}|call_[0-9a-f]{24}|[A-Z][A-Z0-9]{1,11}|[a-z][a-z-]{0,23})"'
    r'|role="[a-z]{1,12}"|edited="yes"'
)
_NAMED = re.compile(rf'(?<= )(?!{_MARK})([a-z_]+)="([^"]*)"')


class FramedText:
    """A text with frames, taken apart: ``parts`` are shown, ``joined`` puts it together again."""

    def __init__(self, text: str) -> None:
        self._pieces = _FRAME.split(text)  # every second one is a frame

    @property
    def parts(self) -> list[str]:
        """The texts between frames, and the names and other values in them."""
        return list(self._parts())

    def joined(self, redacted: Iterator[str]) -> str:
        """Return the whole, with the next of *redacted* in place of each part."""
        return "".join(
            self._frame(piece, redacted) if place % 2 else _between(piece, redacted)
            for place, piece in enumerate(self._pieces)
        )

    def _parts(self) -> Iterator[str]:
        for place, piece in enumerate(self._pieces):
            if place % 2:
                yield from (unescape(value) for _, value in _NAMED.findall(piece))
            elif piece.strip():
                yield unescaped(piece)

    def _frame(self, piece: str, redacted: Iterator[str]) -> str:
        def named(match: re.Match[str]) -> str:
            new = next(redacted)
            value = match[2] if new == unescape(match[2]) else attribute(new)
            return f'{match[1]}="{value}"'

        return _NAMED.sub(named, piece)


def _between(piece: str, redacted: Iterator[str]) -> str:
    if not piece.strip():
        return piece
    new = next(redacted)
    return piece if new == unescaped(piece) else quote(new)
