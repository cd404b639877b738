"""Experts that are functions: each call runs somewhere else, and may be lost on its way."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from functools import partial

from bot.functions import Piece, Request
from bot.panel.language_model.language_model import Functions
from tests.reckoning.questions import asked_in, listed
from tests.simulation.domain.seams import Server

DATES = "dates"  # the expert
_CUT_AT = 10  # characters, after which there is another piece
_LONGEST = 4.0  # seconds until that comes


class SimulatedFunctions:
    """What functions are asked, by whichever process."""

    def __init__(self) -> None:
        self._keys: dict[int, set[str]] = {}  # of the calls, by question

    def answer(self, name: str, request: Request) -> str:
        """Answer the questions for the function *name*; all, if the router thinks of it itself."""
        questions = asked_in(request.question)
        own = [one for one in questions if name in one.experts] or questions
        for one in own:
            self._keys.setdefault(one.number, set()).add(request.key)
        return f"{name} answers {listed(own)} at some length here"

    def complaints(self) -> Iterator[str]:
        """Complain of questions that are asked again as if they were others."""
        for number, keys in self._keys.items():
            if len(keys) > 1:
                yield f"a function is asked Q{number} with the keys {sorted(keys)}"


class FunctionsSeam(Functions):
    """Functions as one process calls them."""

    def __init__(self, server: Server, functions: SimulatedFunctions) -> None:
        self._server = server
        self._functions = functions

    async def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        """Yield an answer in two pieces."""
        ask = partial(self._functions.answer, name, request)
        text = await self._server.call(name, ask)
        yield text[:_CUT_AT]
        await asyncio.sleep(self._server.net.between(0, _LONGEST))
        yield text[_CUT_AT:]
