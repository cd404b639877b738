"""A model whose answers name the questions: whatever is said twice or never can be counted.

People ask ``Q17 for legal and finance?``. The router consults whom the questions name; each of
them answers ``legal answers Q17``; the router sums up ``In sum: Q17``. Of some questions legal
asks design first, who is on the panel for nobody else. With every other question experts take so
long that several of them get a plan.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.experts.library import library
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Pause, Reply, Text

_ASKED = re.compile(r"Q(\d+) for ([a-z]+(?: and [a-z]+)*)\?")
_NAMED = re.compile(r"Q(\d+)")
_INSTRUCTIONS = {expert.instructions.strip(): expert.name for expert in library()}
TITLES = {expert.title: str(expert.name) for expert in library()}
EXPERTS = ("legal", "finance", "security", "product", "engineering")
NOBODY = "nobody"
ASKER, COLLEAGUE = "legal", "design"
ASKED = 3  # for each so many questions the one consults the other
SLOW, TAKES = 2, 2.0  # for each so many questions an expert takes so many seconds
STRANGE = 19  # for each so many questions the router calls somebody who is not on the panel


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as a text says it."""

    number: int
    experts: tuple[str, ...]  # none: the router itself is to answer


def asking(number: int, experts: Sequence[str]) -> str:
    """Return the words of a question."""
    return f"Q{number} for {' and '.join(experts or (NOBODY,))}?"


def asked_in(text: str) -> list[Asked]:
    """Return the questions in *text*."""
    return [
        Asked(int(number), tuple(name for name in names.split(" and ") if name != NOBODY))
        for number, names in _ASKED.findall(text)
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
    own = [one for one in questions if name in (*one.experts, COLLEAGUE)]
    if request.tools and request.may_call and any(one.number % ASKED == 0 for one in own):
        return [Call(f"consult_{COLLEAGUE}", {"reason": "It looks odd.", "brief": "Please look."})]
    is_slow = any(one.number % SLOW == 0 for one in own)
    return [Pause(TAKES * is_slow), Text(f"{name} answers {_listed(own)}")]


def _expert(instructions: str) -> str:
    return next(name for words, name in _INSTRUCTIONS.items() if instructions.startswith(words))


def _listed(questions: object) -> str:
    return ", ".join(f"Q{question.number}" for question in questions)  # type: ignore[attr-defined]
