"""What people read of a text, as far as it is known."""

from collections.abc import Sequence

from bot.adapters.openai.leaks.code_tracking import CodeTracking
from bot.adapters.openai.leaks.mark_buffer import Piece

_ENDING = 20  # characters


class ShownText:
    """Collects the pieces that people read; some are taken back later."""

    def __init__(self) -> None:
        self.code = CodeTracking()
        self.removed = False  # whether something was left out
        self.took_back = False  # whether something that people were to read was none of it
        self.is_blank = True
        self.ending = ""
        self._kept: list[Piece] = []
        self._fresh: list[str] = []  # of that, what nobody has taken yet
        self._earlier: list[Piece] = []  # what was taken back last

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self._kept)

    def take_fresh(self) -> str:
        """Return what was added since it was taken last."""
        fresh, self._fresh = "".join(self._fresh), []
        return fresh

    def add(self, piece: Piece) -> None:
        """Let people read *piece*; without spaces at the start, if something was left out there."""
        if self.removed and self.is_blank:
            stripped = piece.text.lstrip()
            piece = Piece(piece.start + len(piece.text) - len(stripped), stripped)
        if piece.text:
            self.is_blank = self.is_blank and piece.text.isspace()
            self.code.follow(piece.text)
            self.ending = (self.ending + piece.text)[-_ENDING:]
            self._kept.append(piece)
            self._fresh.append(piece.text)

    def take_back(self) -> Sequence[Piece]:
        self._earlier, self._kept, self._fresh = self._kept, [], []
        self.code, self.is_blank, self.took_back, self.ending = CodeTracking(), True, True, ""
        return self._earlier

    def restore(self) -> bool:
        """Let people read what was taken back after all, if there is nothing else."""
        if not (self.is_blank and self._earlier):
            return False
        self._kept = self._earlier
        return True

    def unsay_line(self) -> str:
        """Take back and return the line that is written."""
        line, self.code.line = self.code.line, ""
        left, self.took_back, self.ending, self._fresh = len(line), True, "", []
        while left > 0:
            last = self._kept.pop()
            if len(last.text) > left:
                self._kept.append(Piece(last.start, last.text[:-left]))
            left -= len(last.text)
        self.is_blank = not self.text.strip()
        return line

    def place(self, at: int) -> int | None:
        """Return where the whole text's place *at* is in this; None if it is not."""
        length = 0
        for piece in self._kept:
            if piece.start <= at <= piece.start + len(piece.text):
                return length + at - piece.start
            length += len(piece.text)
        return None
