"""The words of questions and answers that can be counted: whatever is said twice or never shows.

People ask ``Q17 for legal and finance?``; each of them answers ``legal answers Q17``. A question
may wish for more: ``Q17 for data with a file?``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_ASKED = re.compile(r"Q(\d+) for ([a-z]+(?: and [a-z]+)*?)(?: with a ([a-z ]+))?\?")
_NAMED = re.compile(r"Q(\d+)")
NOBODY = "nobody"


class Wish(StrEnum):
    """What a question wishes for, besides an answer."""

    NOTHING = ""
    TICKET = "ticket"  # which takes somebody's approval
    FILE = "file"  # that the expert makes
    COLLEAGUE = "colleague"  # who is consulted
    PARAGRAPHS = "few paragraphs"  # written one after the other


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as a text says it."""

    number: int
    experts: tuple[str, ...]  # none: the router itself is to answer
    wish: Wish = Wish.NOTHING


def asking(number: int, experts: Sequence[str], wish: Wish = Wish.NOTHING) -> str:
    """Return the words of a question."""
    wished = f" with a {wish}" if wish else ""
    return f"Q{number} for {' and '.join(experts or (NOBODY,))}{wished}?"


def asked_in(text: str) -> list[Asked]:
    """Return the questions in *text*."""
    return [
        Asked(int(number), tuple(n for n in names.split(" and ") if n != NOBODY), Wish(wish))
        for number, names, wish in _ASKED.findall(text)
    ]


def named_in(text: str) -> list[int]:
    """Return the numbers of the questions that *text* names."""
    return [int(number) for number in _NAMED.findall(text)]


def listed(questions: Sequence[Asked]) -> str:
    """Return how an answer names *questions*."""
    return ", ".join(f"Q{question.number}" for question in questions)


def made_by(expert: str, number: int) -> str:
    """Return what an expert calls what it makes: a ticket's title, a file's name and content."""
    return f"{expert}-{number}"


def edit_of(number: int) -> str:
    """Return what is added to a question as it is edited."""
    return f"E{number} too."


def aside_after(number: int) -> str:
    """Return what people say to each other after a question."""
    return f"A{number} among us."


def paragraphs(expert: str, numbers: Sequence[int]) -> Sequence[str]:
    """Return what an expert writes piece by piece; a message grows once a second at most."""
    first = f"{expert} answers {', '.join(f'Q{number}' for number in numbers)}"
    return (f"{first}\n\n", *(f"And {number} more.\n\n" for number in (1, 2, 3)), "That is all.")
