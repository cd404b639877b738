"""Experts that are functions: what the panel needs of them."""

from collections.abc import AsyncGenerator
from typing import Protocol

from bot.functions import Piece, Request


class Functions(Protocol):
    """Experts that are functions."""

    def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        """Call the function *name* and yield what it answers, piece by piece.

        Raises FunctionRefused (its message is for people), FunctionFailed, FunctionNeedsAsker,
        FunctionOff or FunctionMissing.
        A function whose answer is not read to its end is cancelled, if it can be.
        """
