"""Experts that are Python functions: what a package of yours imports.

An expert is a function that takes a Request and returns Markdown::

    from bot.functions import FunctionRefused, Request, expert

    @expert(title="Order Desk", icon=":package:", purpose="State and date of customers' orders.")
    async def orders(request: Request) -> str:
        number = find_number(request.brief or request.question)
        if number is None:
            raise FunctionRefused("Which order? Please give me its number.")
        return f"Order {number} is **{await state_of(number)}**."

It is registered in the package's pyproject.toml; the name is what people type::

    [project.entry-points."panelbot.experts"]
    orders = "acme_experts:orders"

The function may be ``async`` or not (then it runs in a thread of its own), and may yield its
answer piece by piece instead of returning it. What it has its answer from it tells by returning
a Reply, or by yielding Sources among the text.

- A FunctionRefused is told to people as it is. Of any other error people learn only that there
  was one; the log gets its type and place, not its message.
- What a function has answered is kept: it is not called again, whatever happens then. A worker
  that dies while a function runs lets another call it again, with the same ``Request.key``.
- What is longer than 40,000 characters is cut.
- After ``Request.deadline`` nobody listens any more. An ``async`` function is cancelled then
  (and where somebody stops the turn); a thread cannot be, and ends at its next ``yield`` if it
  has one.

This module is stable: what is documented here stays, and new fields have defaults.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

GROUP = "panelbot.experts"  # of the entry points


class FunctionRefused(Exception):
    """The function will not answer; the message, Markdown, is told to people as it is."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the author of the newest message."""

    id: str  # Slack's: "U012AB3CD"
    name: str  # as others read it


@dataclass(frozen=True, slots=True)
class Thread:
    """The Slack thread in which the question was asked."""

    team_id: str
    channel_id: str
    ts: str  # of its first message


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said in the thread, by a person or the bot."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the function is asked."""

    question: str  # what people wrote; several messages that waited together, by a blank line
    brief: str  # what the router wants to know; empty where people asked the expert themselves
    said: tuple[Said, ...]  # before the question, oldest first; of a long thread its end
    asker: Asker
    thread: Thread
    files: tuple[str, ...]  # the names of what is attached to the question
    deadline: datetime  # with its timezone; an answer after it comes too late
    key: str  # of this question to this expert: the same if the function has to be called again


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer has something from."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its sources."""

    text: str  # Markdown
    sources: tuple[Source, ...] = ()


Piece = str | Source
Answer = (
    str
    | Reply
    | Awaitable[str | Reply]
    | Iterator[Piece]
    | AsyncIterator[Piece]
)  # fmt: skip
Function = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class FunctionExpert:
    """An expert that is a function, and how it looks in Slack."""

    answer: Function
    title: str  # the display name, at most 40 characters
    purpose: str  # one line, at most 200 characters: the router chooses by it
    icon: str = ":gear:"  # an emoji's name


def expert(
    *, title: str, purpose: str, icon: str = ":gear:"
) -> Callable[[Function], FunctionExpert]:
    """Make a function an expert."""

    def made(answer: Function) -> FunctionExpert:
        return FunctionExpert(answer, title, purpose, icon)

    return made
