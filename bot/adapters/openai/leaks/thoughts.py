"""What a model thinks: the thought that a text is in, and those that have ended."""

from collections.abc import Sequence

from bot.adapters.openai.leaks.mark_buffer import Piece


class Thoughts:
    """Keeps thoughts in their order. One that is opened again within itself is one with it."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.any_ended = False  # that was opened
        self.closed_unopened = False  # whether one was closed without that
        self.was_closed = False  # the present one, at least once
        self._depth = 0  # how often it is open
        self._since: list[Piece] = []  # what was thought since it was closed last

    def open(self) -> None:
        self._depth, self.was_closed = 1, False

    def reopen(self) -> None:
        """Open the present one once more."""
        self._depth += 1

    def add(self, piece: Piece) -> None:
        self._since.append(piece)

    def close(self) -> bool:
        """Close the present one, as often as it is open; return whether that is over."""
        self._depth, self.was_closed = self._depth - 1, True
        if self._depth:
            self._note(self.take_back())
        return not self._depth

    def end(self) -> None:
        """Note the present one."""
        self._note(self.take_back())
        self.any_ended = True

    def take_back(self) -> Sequence[Piece]:
        """Return what was thought since it was closed last, which is none of it any more."""
        since, self._since = self._since, []
        return since

    def close_unopened(self, pieces: Sequence[Piece]) -> None:
        """Note that *pieces*, which people were to read, were a thought."""
        self.closed_unopened = self.closed_unopened or not self.any_ended
        self._note(pieces)

    def _note(self, pieces: Sequence[Piece]) -> None:
        """Note a thought, or a part of one."""
        if thought := "".join(piece.text for piece in pieces).strip():
            self.noted.append(thought)
