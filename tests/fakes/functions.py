"""Functions with scripted answers, which record the requests."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from bot.functions import Piece, Request
from bot.panel.errors import FunctionMissing
from bot.panel.language_model.language_model import Functions

Step = Piece | Exception | asyncio.Event


class FakeFunctions(Functions):
    """Answers with the pieces of *answers*; an exception among them is raised there."""

    def __init__(self) -> None:
        self.answers: dict[str, Sequence[Step]] = {}
        self.asked: list[Request] = []

    async def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        if name not in self.answers:
            raise FunctionMissing(name)
        self.asked.append(request)
        for step in self.answers[name]:
            match step:
                case Exception():
                    raise step
                case asyncio.Event():
                    await step.wait()
                case _:
                    yield step
