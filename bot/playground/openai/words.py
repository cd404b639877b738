"""Which words of two texts have to do with each other: enough of it for the rule model."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.playground.openai.subjects import COMMON, STOP, SUBJECTS

_WORD = re.compile(r"[^\W\d_][\w-]+")
_ENDINGS = "ations ation ments ment ings ing ions ion ities ity ies ed es s e y".split()  # noqa: SIM905 - as a list it would not fit a line
_SHORTEST_STEM = 3
_CLAUSE = re.compile(
    r"(?<=[.?!;])\s+|,?\s+(?:and|but|or|so)\s+"
    r"(?=(?:what|how|who|when|where|why|which|is|are|can|could|do|does|should|would|will)\b)",
    re.IGNORECASE,
)
_FULL, _RELATED, _COMMON = 1.0, 0.8, 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """A word of a question that has to do with a topic, and how much that means."""

    word: str
    weight: float


def matches(question: str, topic: str) -> list[Match]:
    """Return the words of *question* that have to do with *topic*, in their order."""
    known, related = _known(topic)
    found: dict[str, Match] = {}
    for word in _content(question):
        key = stem(word)
        if key in found:
            continue
        if key in known or key in related or _subjects_of(word) & known:
            full = _FULL if key in known else _RELATED
            weight = _COMMON if word.casefold() in COMMON else full
            found[key] = Match(word, weight)
    return list(found.values())


def score(question: str, topic: str) -> float:
    """Return how much *question* has to do with *topic*."""
    return sum(match.weight for match in matches(question, topic))


def stems(text: str) -> set[str]:
    """Return the words of *text* that mean something, without their endings."""
    return {stem(word) for word in _content(text)}


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Return *word* without its ending."""
    word = word.casefold().strip("-")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def clauses(question: str) -> list[str]:
    """Return the parts of *question* that can be asked by themselves."""
    parts = (part.strip(" \n,;") for part in _CLAUSE.split(question))
    return [part for part in parts if part]


def shortened(text: str, limit: int) -> str:
    """Return *text* on one line, cut at a word if it is too long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rsplit(" ", 1)[0] + "…"


def listed(names: Sequence[str]) -> str:
    """Return “A, B and C”."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _content(text: str) -> Iterable[str]:
    return (word for word in _WORD.findall(text) if word.casefold() not in STOP)


def _subjects_of(word: str) -> frozenset[str]:
    return _BY_WORD.get(stem(word), frozenset())


@lru_cache(maxsize=1024)
def _known(topic: str) -> tuple[set[str], set[str]]:
    """Return the stems of *topic*, and the subjects that its telling words stand for."""
    telling = [word for word in _content(topic) if word.casefold() not in COMMON]
    return stems(topic), {subject for word in telling for subject in _subjects_of(word)}


def _inverted() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for subject, said in SUBJECTS.items():
        for word in said.split():
            found.setdefault(stem(word), set()).add(stem(subject))
    return {word: frozenset(subjects) for word, subjects in found.items()}


_BY_WORD = _inverted()
