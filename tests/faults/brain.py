"""A model whose answers name the questions: whatever is said twice or never can be counted.

People ask ``Q17 for legal and finance?``. The router consults whom the questions name; each of
them answers ``legal answers Q17``; the router sums up ``In sum: Q17``. Of some questions legal
asks design first, who is on the panel for nobody else. With every other question experts take so
long that several of them get a plan. A question may wish for more: ``Q17 for data with a file?``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.experts.library import library
from bot.playground.openai.stand_in.brain import (
    Call,
    ModelRequest,
    Pause,
    Reply,
    Text,
    UseServer,
    is_user,
)
from bot.playground.openai.stand_in.hosted_steps import CiteMade, RunCode
from tests.faults import installed

_ASKED = re.compile(r"Q(\d+) for ([a-z]+(?: and [a-z]+)*?)(?: with a ([a-z ]+))?\?")
_NAMED = re.compile(r"Q(\d+)")
_INSTRUCTIONS = {expert.instructions.strip(): expert.name for expert in library()}
TITLES = {expert.title: str(expert.name) for expert in library()} | installed.TITLES
EXPERTS = ("legal", "finance", "security", "product", "engineering")
NOBODY = "nobody"
ASKER, COLLEAGUE = "legal", "design"
COLLEAGUES = {ASKER: COLLEAGUE, "product": "research", "finance": "data"}  # where wished for
ASKED = 3  # for each so many questions the one consults the other
SLOW, TAKES = 2, 2.0  # for each so many questions an expert takes so many seconds
STRANGE = 19  # for each so many questions the router calls somebody who is not on the panel


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


def reply(request: ModelRequest) -> Reply:
    """Answer as the router or as the expert whose instructions these are."""
    questions = asked_in(request.last_user_text)
    if not is_router(request.instructions):
        return _expert_reply(request, questions)
    if not request.may_call:
        return [Text(f"In sum: {_listed(questions)}")]
    wanted = dict.fromkeys(name for question in questions for name in question.experts)
    if wanted and any(question.number % STRANGE == 0 for question in questions):
        wanted["stranger"] = None
    brief = {"reason": "It was named.", "brief": "Please answer."}
    calls = [Call(f"consult_{name}", brief) for name in wanted]
    return calls or [Text(f"The router answers {_listed(questions)}")]


def is_router(instructions: str) -> bool:
    """Return whether these are the router's."""
    return instructions.startswith("You are the router")


def _expert_reply(request: ModelRequest, questions: Sequence[Asked]) -> Reply:
    name = _expert(request.instructions)
    own = [one for one in questions if name in one.experts] or questions  # a colleague's
    consults = [one for one in own if one.number % ASKED == 0 or one.wish is Wish.COLLEAGUE]
    if request.tools and request.may_call and consults and name in COLLEAGUES:
        told = {"reason": "It looks odd.", "brief": "Please look."}
        return [Call(f"consult_{COLLEAGUES[name]}", told)]
    pause, answer = Pause(TAKES * any(q.number % SLOW == 0 for q in own)), _listed(own)
    wishes = {one.wish for one in own}
    if Wish.TICKET in wishes and not _has_asked_for_approval(request):
        return [
            UseServer("shop", "open_ticket", {"title": made_by(name, q.number), "details": "All."})
            for q in own
        ]
    if Wish.FILE in wishes:
        files = {f"{made_by(name, q.number)}.csv": made_by(name, q.number).encode() for q in own}
        text = f"{name} answers {answer}"
        cites = tuple(CiteMade(file, 0, len(name)) for file in files)
        return [pause, RunCode("write()", "", files), Text(text, cites)]
    if Wish.PARAGRAPHS in wishes:
        first, *others = paragraphs(name, [one.number for one in own])
        return [Text(first), *(step for one in others for step in (Pause(0.6), Text(one)))]
    return [pause, Text(f"{name} answers {answer}")]


def paragraphs(expert: str, numbers: Sequence[int]) -> Sequence[str]:
    """Return what an expert writes piece by piece; a message grows once a second at most."""
    first = f"{expert} answers {', '.join(f'Q{number}' for number in numbers)}"
    return (f"{first}\n\n", *(f"And {number} more.\n\n" for number in (1, 2, 3)), "That is all.")


def made_by(expert: str, number: int) -> str:
    """Return what an expert calls what it makes: a ticket's title, a file's name and content."""
    return f"{expert}-{number}"


def _has_asked_for_approval(request: ModelRequest) -> bool:
    """Return whether the expert has asked for a tool since it was asked itself."""
    items = list(request.items)
    asked_at = max(place for place, item in enumerate(items) if is_user(item))
    return any(item["type"] == "mcp_approval_request" for item in items[asked_at:])


def _expert(instructions: str) -> str:
    return next(name for words, name in _INSTRUCTIONS.items() if instructions.startswith(words))


def _listed(questions: object) -> str:
    return ", ".join(f"Q{question.number}" for question in questions)  # type: ignore[attr-defined]
