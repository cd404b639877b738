"""Which words of two texts have to do with each other: enough of it for the rule model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt

from bot.playground.openai.languages import ENGLISH, SPACED, UNSPACED, stem
from bot.playground.openai.vocabulary import (
    ROLE,
    TALK,
    Word,
    function_words,
    language_of,
    words_of,
)

_CLAUSE = re.compile(
    r"(?<=[.?!;])\s+|(?<=[。\uff1f\uff01\uff1b])|,?\s+(?:and|but|or|so)\s+"
    r"(?=(?:what|how|who|when|where|why|which|is|are|can|could|do|does|should|would|will)\b)",
    re.IGNORECASE,
)
_SAME, _NAMED, _COMMON, _FIELD = 1.0, 0.6, 0.3, 0.85
_ROLE_COUNTS = 2.0  # words of a field
_LEAST_OF_FIELD = 0.3  # of the topic's strongest field

# Words that say little about whom to ask, since everybody uses them.
_COMMON_WORDS = frozenset(
    """
    build built chain change closed customer customers fact help issue lead library make market new
    open page partner plan problem product products project question release report return review
    risk service site source staff supply support system team time tool total user users version
    word words work
    """.split()  # noqa: SIM905 - as a list it would not fit a page
)


@dataclass(frozen=True, slots=True)
class Match:
    """A word of a question that has to do with a topic, and how much that means."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Topic:
    stems: frozenset[str]
    subjects: frozenset[str]
    fields: Mapping[str, float]  # up to 1


def matches(question: str, topic: str, *, whole_fields: bool = False) -> list[Match]:
    """Return the words of *question* that have to do with *topic*, in their order.

    *whole_fields*: a topic is about all of the fields that it names subjects of.
    """
    known = _topic(topic)
    if not whole_fields:
        known = replace(known, fields={})
    found: dict[str, Match] = {}
    for word in words_of(question):
        weight = 0.0 if word.stem in found or word.function else _weight(word, known)
        if weight:
            found[word.stem] = Match(word.text, weight)
    return list(found.values())


def score(question: str, topic: str) -> float:
    """Return how much *question* has to do with *topic*."""
    return sum(match.weight for match in matches(question, topic))


def stems(text: str) -> set[str]:
    """Return the words of *text* that mean something, without their endings."""
    language, common = language_of(text), function_words()
    words = [word for word in SPACED.findall(text) if word.casefold() not in common[ENGLISH]]
    return {stem(word, language) for word in words} | pairs(text)


def pairs(text: str) -> set[str]:
    """Return the pairs of characters in *text* where words have no spaces between them."""
    runs = UNSPACED.findall(text)
    return {run[start : start + 2] for run in runs for start in range(max(len(run) - 1, 1))}


def clauses(question: str) -> list[str]:
    """Return the parts of *question* that can be asked by themselves."""
    parts = (part.strip(" \n,;") for part in _CLAUSE.split(question))
    return [part for part in parts if part]


def shortened(text: str, limit: int) -> str:
    """Return *text* on one line, cut at a word if it is too long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rsplit(" ", 1)[0] + "…"


def listed(names: Sequence[str], last: str = " and ") -> str:
    """Return “A, B and C”."""
    return last.join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def fields_of(subjects: Mapping[str, float]) -> Mapping[str, float]:
    """Return how much a word with these *subjects* stands for each field."""
    best: dict[str, float] = {}
    for subject, weight in subjects.items():
        field = subject.partition(".")[0]
        if not subject.startswith((TALK, ROLE)):
            best[field] = max(weight, best.get(field, 0.0))
    return {field: weight / sqrt(len(best)) for field, weight in best.items()}


def fields_in(text: str) -> Mapping[str, float]:
    """Return how much the words of *text* stand for each field."""
    total: dict[str, float] = {}
    for word in words_of(text):
        for field, weight in fields_of(word.subjects).items():
            total[field] = total.get(field, 0.0) + weight
    return total


def field_share(topic: str, field: str) -> float:
    """Return how much *topic* is about *field*: 1 for what it is most about."""
    return _topic(topic).fields.get(field, 0.0)


def _weight(word: Word, topic: _Topic) -> float:
    fields = fields_of(word.subjects)
    shares = (
        weight * max(topic.fields.get(field, 0.0) * _FIELD, _SAME * _shared(word, field, topic))
        for field, weight in fields.items()
    )
    related = max(shares, default=0.0)
    if word.stem not in topic.stems:
        return related
    if word.text.casefold() in _COMMON_WORDS or any(s.startswith(ROLE) for s in word.subjects):
        return max(related, _COMMON)
    return max(related, _NAMED if fields else _SAME)


def _shared(word: Word, field: str, topic: _Topic) -> bool:
    return any(subject in topic.subjects for subject in word.subjects if subject.startswith(field))


@lru_cache(maxsize=1024)
def _topic(text: str) -> _Topic:
    words = [word for word in words_of(text) if not word.function]
    counted = dict(fields_in(text))
    for word in words:
        for role in (one.removeprefix(ROLE) for one in word.subjects if one.startswith(ROLE)):
            counted[role] = counted.get(role, 0.0) + _ROLE_COUNTS
    most = max(counted.values(), default=0)
    fields = {one: count / most for one, count in counted.items() if count > most * _LEAST_OF_FIELD}
    subjects = {subject for word in words for subject in word.subjects}
    return _Topic(
        frozenset(word.stem for word in words),
        frozenset(subject for subject in subjects if subject.partition(".")[0] in fields),
        fields,
    )
