# ruff: noqa: RUF001 - it reads Chinese and Japanese marks, and typographic quotes
"""What an expert looks at, as its instructions say it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.playground.openai.rule_model.answers.question import Question
from bot.playground.openai.rule_model.prompt_reading import listed_points
from bot.playground.openai.vocabulary import languages_of
from bot.playground.openai.words import score, shortened

_FRAME = re.compile(r"^(?:You answer as this expert in|You are consulted by \")", re.MULTILINE)
_SENTENCE = re.compile(r"[^\n.!?。！？]{4,}(?:[.!?](?=\s|$)|[。！？]|$)", re.MULTILINE)
# Sentences that say who somebody is, or how to write, and not what to look at.
_MANNER = re.compile(
    r"\W*(?:you|be|answer|reply|write|keep|never|do not|don't|respond|speak|if|ask|use|how you"
    r"|what you|du|sie|sei|antwort|schreib|nie|tu|vous|sois|soyez|répond|écri|eres|usted|sé|respond"
    r"|escrib|você|seja|escreva|あなた|你|请|回答)|.*(?:ください|です。?$)",
    re.IGNORECASE,
)
_LONGEST_HEAD, _LONGEST_DETAIL, _WANTED = 60, 200, 3


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing to look at: its name, and what about it; or a sentence without a name."""

    head: str
    detail: str
    fits: bool = False  # the question


def aspects_of(instructions: str, question: Question) -> list[Aspect]:
    """Return what to look at for a question, what fits it best first, in its language."""
    own = own_part(instructions)
    found = [_aspect(point) for point in listed_points(own) or _rules(own)]
    same = question.sentences.language in languages_of(own)
    scored = [(_fit(aspect, question), _translated(aspect, question, same)) for aspect in found]
    scored.sort(key=lambda one: -one[0])
    chosen = [replace(aspect, fits=fit > 0) for fit, aspect in scored[:_WANTED]]
    general = (Aspect(head, "") for head in question.sentences.words("aspects"))
    return [*chosen, *general][:_WANTED]


def own_part(instructions: str) -> str:
    """Return what is the expert's own in its instructions: what comes before the frame's."""
    frame = _FRAME.search(instructions)
    return instructions[: frame.start()] if frame else instructions


def _rules(text: str) -> Sequence[str]:
    sentences = (match[0].strip(" -*•\t") for match in _SENTENCE.finditer(text))
    return [sentence for sentence in sentences if not _MANNER.match(sentence)]


def _aspect(point: str) -> Aspect:
    head, colon, detail = (point.strip(" .。*").replace("：", ":")).partition(":")
    if not colon or len(head) > _LONGEST_HEAD:
        return Aspect("", shortened(point, _LONGEST_DETAIL))
    return Aspect(head.strip("* "), shortened(detail.strip("* "), _LONGEST_DETAIL))


def _fit(aspect: Aspect, question: Question) -> float:
    translated = question.sentences.head(aspect.head)
    return score(question.text, f"{aspect.head} {aspect.detail} {translated}")


def _translated(aspect: Aspect, question: Question, same: bool) -> Aspect:
    if same or not aspect.head:
        return aspect
    return Aspect(question.sentences.head(aspect.head), "")
