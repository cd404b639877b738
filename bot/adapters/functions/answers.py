"""What a function answers with: judged by what comes back, not by what the function is."""

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from functools import partial
from itertools import islice
from typing import Any

from bot.functions import Piece, Reply, Source
from bot.panel.errors import leaves
from bot.panel.turn.consulting.function_answer import MOST_SOURCES

_LONGEST_TITLE, _LONGEST_URL = 300, 2_000  # characters; a longer address leads nowhere
_DEPTH = 10  # awaitables that resolve to awaitables


class WrongAnswer(TypeError):
    """A function answered with something that is no answer; the message has no content."""


def is_async(function: Callable[..., object]) -> bool:
    """Whether calling *function* runs nothing of it yet, so that the event loop may call it."""
    while isinstance(function, partial):
        function = function.func
    return any(
        inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one)
        for one in (function, getattr(function, "__call__", None))  # noqa: B004 - is it async?
    )


def needs_loop(answer: object) -> bool:
    """Whether *answer* has to be awaited or iterated by an event loop."""
    return inspect.isawaitable(answer) or hasattr(answer, "__aiter__")


async def awaited(answer: object) -> object:
    """Return *answer*, or what it resolves to."""
    for _ in range(_DEPTH):
        if not inspect.isawaitable(answer):
            return answer
        answer = await answer
    if inspect.iscoroutine(answer):
        answer.close()
    raise WrongAnswer("answers with an awaitable of an awaitable, and so on")


def pieces_of(answer: object) -> Generator[Piece, None, None]:
    """Yield the pieces of an *answer* that needs no event loop. Raises WrongAnswer."""
    match answer:
        case str():
            yield checked(answer)
        case Reply():
            yield _text(answer.text, "the text of a Reply")
            for source in islice(answer.sources or (), MOST_SOURCES):
                if not isinstance(source, Source):
                    raise WrongAnswer(f"has {_kind(source)} among the sources of a Reply")
                yield checked(source)
        case Iterator():
            try:
                yield from map(checked, answer)
            finally:
                close = getattr(answer, "close", None)  # generators have it, other iterators may
                if close is not None:
                    close()
        case _:
            raise WrongAnswer(f"answers with {_kind(answer)}")


async def pieces_from(answer: Any) -> AsyncGenerator[Piece, None]:
    """Yield the pieces of an asynchronous *answer*. Raises WrongAnswer."""
    pieces = aiter(answer)
    try:
        async for piece in pieces:
            yield checked(piece)
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


def checked(piece: object) -> Piece:
    """Return *piece* as a plain one, without what a subclass may do. Raises WrongAnswer."""
    match piece:
        case str():
            return _text(piece, "text")
        case Source():
            title, url = _text(piece.title, "a title"), _text(piece.url or "", "an address")
            return Source(title[:_LONGEST_TITLE], url if len(url) <= _LONGEST_URL else "")
        case _:
            raise WrongAnswer(f"yields {_kind(piece)}")


def error_of(error: BaseException) -> BaseException:
    """Return what is wrong, where a task group of the function has wrapped a single error."""
    errors = list(leaves(error))
    return errors[0] if len(errors) == 1 else error


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise WrongAnswer(f"has {_kind(value)} as {what}")
    return str.__str__(value)


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a value of the type {type(value).__name__}"
