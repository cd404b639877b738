"""Experts that are Python functions: what your package imports.

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

It may yield its answer piece by piece instead of returning it. It names its sources by returning a
Reply, or by yielding Sources between pieces of text. Whatever can be called will do, ``async`` or
not: what counts is what comes back.

- A function that is not ``async`` runs in a thread of its own.
- ``async`` functions run on an event loop that all functions of the package share, and the bot does
  not: they may share clients. One that blocks (``time.sleep``) holds up the package's others, and
  is named in the log; those that are called meanwhile get another loop after a second.
- With ``process=True`` each call runs in a process of its own, which imports the package anew: its
  crash and its memory (``PANELBOT_FUNCTION_MEMORY``) are contained, at the price of some tenths of
  a second. Its environment has none of the bot's settings.

- People see the message of a FunctionRefused. Of any other error they see only that there was one;
  the log has its type and location, but not its message.
- An answer is stored: the function is not called again, whatever happens next. If a worker dies
  while a function runs, another worker calls it again, with the same ``Request.key``.
- Answers are cut after 40,000 characters.
- An answer after ``Request.deadline`` is ignored. An ``async`` function is cancelled then, or when
  somebody stops the turn. A thread cannot be cancelled; it ends at its next ``yield``, if any. A
  process is killed.
- A call that still runs a second later is abandoned, and told in the log. An expert with five of
  these is off until the bot is restarted.

This module is stable: what is documented here stays, and new fields have defaults. ``PROMISE`` is
the version of it:

2. Several people may have a part in one question: somebody adds a word while the panel is busy, or
   presses *Try again* under what another one asked. ``Request.authors`` are all of them, with their
   roles, and ``Request.role`` is the least of these: that is what it may go by.
   ``Request.asker`` is the one author, and None where there are several; before, it was whoever had
   spoken last. A function that reads its ``id`` or ``name`` all the same is ended then, and people
   are told to ask alone; one that does not works as before. ``Said.author`` says who said it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PROMISE = 2
GROUP = "panelbot.experts"  # the group of the entry points


class FunctionRefused(Exception):
    """The function refuses to answer; people see the message, which is Markdown."""


class Role(StrEnum):
    """What somebody is in the workspace, from most rights to none."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # from another organisation, or unknown
    APP = "app"  # another app, or a workflow


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody whose words, or whose click, have led to a question."""

    id: str  # Slack's: "U012AB3CD"; of an app its bot's: "B012AB3CD"; empty: nobody knows
    name: str  # the display name
    role: Role = Role.STRANGER


Asker = Author  # its name in the first version of this promise


@dataclass(frozen=True, slots=True)
class Thread:
    """The Slack thread in which the question was asked."""

    team_id: str
    channel_id: str
    ts: str  # of its first message


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message in the thread, by a person or the bot. It is context, and asks nothing."""

    speaker: str
    text: str
    author: Author | None = field(default=None, compare=False)  # None: the bot or an expert


@dataclass(frozen=True, slots=True)
class Request:
    """A question to the function."""

    question: str  # the message; several that waited together are separated by blank lines
    brief: str  # the question in the router's words; empty if people asked the expert directly
    said: tuple[Said, ...]  # earlier messages, oldest first; of a long thread the latest
    asker: Author | None  # the one author; None if there are several
    thread: Thread
    files: tuple[str, ...]  # the names of the attached files
    deadline: datetime  # with a time zone; a later answer is ignored
    key: str  # identifies this question to this expert: the same if the call is repeated
    # All who have a part in it, in the order of their words. Where a model has written the brief,
    # those are among them whose earlier words it read with the question.
    authors: tuple[Author, ...] = ()

    @property
    def role(self) -> Role:
        """The least role of all authors: nobody is given more rights by who joins in."""
        return least(author.role for author in self.authors)


@dataclass(frozen=True, slots=True)
class Source:
    """A source of an answer."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its sources."""

    text: str  # Markdown
    sources: tuple[Source, ...] = ()


def least(roles: Iterable[Role]) -> Role:
    """Return the one of *roles* that has the fewest rights; a stranger's if there is none."""
    return max(roles, key=list(Role).index, default=Role.STRANGER)


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
    """An expert that is a function, with its name and icon in Slack."""

    answer: Function
    title: str  # the display name, at most 40 characters
    purpose: str  # one line, at most 200 characters: the router chooses by it
    icon: str = ":gear:"  # an emoji's name
    process: bool = False  # whether each call runs in a process of its own


def expert(
    *, title: str, purpose: str, icon: str = ":gear:", process: bool = False
) -> Callable[[Function], FunctionExpert]:
    """Make a function an expert."""

    def made(answer: Function) -> FunctionExpert:
        return FunctionExpert(answer, title, purpose, icon, process)

    return made
