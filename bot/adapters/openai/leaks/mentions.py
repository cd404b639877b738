"""Marks that a sentence may be about: what was taken since one may turn out to be text."""

import re
from collections.abc import Sequence

from bot.adapters.openai.leaks.mark_buffer import Piece

_IN_SENTENCE = re.compile(r"[^\s.!?:;…][ (]+\Z")  # before a mark
_AFTER_WORD = frozenset(" ,.;:!?)")


class Mentions:
    """Keeps what was taken since a mark that may only be mentioned."""

    def __init__(self) -> None:
        self._any = False  # whether one was: those after it in a sentence are, too
        self._since: list[Piece] | None = None  # None: there is no such mark

    def meet(self, before: str, after: str) -> bool:
        """Begin at a mark, unless it is one more that is mentioned; return whether it is."""
        is_in_sentence = _IN_SENTENCE.search(before) is not None
        may_be = is_in_sentence and (after[:1] or " ") in _AFTER_WORD
        if may_be and self._any:
            return True
        self._since = [] if may_be else None
        return False

    def note(self, piece: Piece) -> Piece:
        """Return *piece*, which was taken."""
        if self._since is not None:
            self._since.append(piece)
        return piece

    def settle(self) -> None:
        """Take the mark for a mark: what it opens was closed."""
        self._since = None

    def take_back(self) -> Sequence[Piece] | None:
        """Return all since the mark, which was mentioned; None if it certainly was not."""
        since, self._since = self._since, None
        self._any = self._any or since is not None
        return since
