"""A model whose answers name the questions: whatever is said twice or never can be counted.

People ask ``Q17 for legal and finance?``. The router consults whom the questions name; each of
them answers ``legal answers Q17``; the router sums up ``In sum: Q17``. Of some questions legal
asks design first, who is on the panel for nobody else. With every other question experts take so
long that several of them get a plan. A question may wish for more: ``Q17 for data with a file?``.
"""

from collections.abc import Sequence

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
from tests.reckoning.questions import Asked, Wish, asked_in, listed, made_by, paragraphs

_INSTRUCTIONS = {expert.instructions.strip(): expert.name for expert in library()}
TITLES = {expert.title: str(expert.name) for expert in library()} | installed.TITLES
EXPERTS = ("legal", "finance", "security", "product", "engineering")
ASKER, COLLEAGUE = "legal", "design"
COLLEAGUES = {ASKER: COLLEAGUE, "product": "research", "finance": "data"}  # where wished for
ASKED = 3  # for each so many questions the one consults the other
SLOW, TAKES = 2, 2.0  # for each so many questions an expert takes so many seconds
STRANGE = 19  # for each so many questions the router calls somebody who is not on the panel


def reply(request: ModelRequest) -> Reply:
    """Answer as the router or as the expert whose instructions these are."""
    questions = asked_in(request.last_user_text)
    if not is_router(request.instructions):
        return _expert_reply(request, questions)
    if not request.may_call:
        return [Text(f"In sum: {listed(questions)}")]
    wanted = dict.fromkeys(name for question in questions for name in question.experts)
    if wanted and any(question.number % STRANGE == 0 for question in questions):
        wanted["stranger"] = None
    brief = {"reason": "It was named.", "brief": "Please answer."}
    calls = [Call(f"consult_{name}", brief) for name in wanted]
    return calls or [Text(f"The router answers {listed(questions)}")]


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
    pause, answer = Pause(TAKES * any(q.number % SLOW == 0 for q in own)), listed(own)
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


def _has_asked_for_approval(request: ModelRequest) -> bool:
    """Return whether the expert has asked for a tool since it was asked itself."""
    items = list(request.items)
    asked_at = max(place for place, item in enumerate(items) if is_user(item))
    return any(item["type"] == "mcp_approval_request" for item in items[asked_at:])


def _expert(instructions: str) -> str:
    return next(name for words, name in _INSTRUCTIONS.items() if instructions.startswith(words))
