"""The part of a text that has arrived, and that nothing was made of yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.openai.leaks.markers import MARKS, PARTIAL

_LONGEST_MARK = 128


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text, and where it begins there."""

    start: int
    text: str


class MarkBuffer:
    """Holds text until it is taken; positions are the buffer's own until more arrives."""

    def __init__(self) -> None:
        self.text = ""
        self.at = 0  # what is next
        self.certain = 0  # as far as marks can be told from what only begins like one
        self.ended = False
        self._offset = 0  # of the buffer in the text
        self._last = ""  # the character that was taken last

    def add(self, text: str) -> None:
        self.text, self._offset = self.text[self.at :] + text, self._offset + self.at
        self.at, self.certain = 0, len(self.text)
        near_end = max(0, len(self.text) - _LONGEST_MARK)
        if not self.ended and (partial := PARTIAL.search(self.text, near_end)):
            self.certain = partial.start()

    def next_mark(self) -> re.Match[str] | None:
        """Return the next mark that is certain to be one."""
        return MARKS.search(self.text, self.at, self.certain)

    def take(self, stop: int) -> Piece:
        """Return what is before *stop*, and go on there."""
        stop = max(self.at, stop)
        piece = Piece(self._offset + self.at, self.text[self.at : stop])
        self.at, self._last = stop, piece.text[-1:] or self._last
        return piece

    def take_most(self) -> Piece:
        """Take all, but what may be the beginning of a mark."""
        return self.take(len(self.text) - (0 if self.ended else _LONGEST_MARK))

    def put_back(self, pieces: Sequence[Piece]) -> None:
        """Put *pieces*, which were taken last, in front again; the text has ended."""
        if pieces:
            self.text = "".join(piece.text for piece in pieces) + self.text[self.at :]
            self.at, self.certain, self._offset = 0, len(self.text), pieces[0].start

    def around(self, mark: re.Match[str]) -> str:
        """Return the characters right before and after *mark*."""
        before = self.text[mark.start() - 1] if mark.start() > self.at else self._last
        return before + self.text[mark.end() : mark.end() + 1]
