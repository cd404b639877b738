"""Which tools a question has to do with: by the words it shares, or whose fields it touches."""

import re
from collections.abc import Mapping, Sequence

from bot.json_types import Json
from bot.playground.openai.languages import SPACED, plain
from bot.playground.openai.rule_model.prompt_reading import topic_of
from bot.playground.openai.vocabulary import neighbours
from bot.playground.openai.words import field_share, fields_in, matches, pairs

_MOST = 3
_LEAST = 0.9  # of a further tool's score, in words that no chosen tool explains
_LEAST_SHARE = 0.2  # of the best tool's score
_GRAM = 3  # letters
_LIKELY = 0.4  # for words that are in no list
AROUND = frozenset({"leisure", "facilities", "health", "education", "travel", "garden"})
_ENDING = re.compile("[\u3040-\u309f]")  # hiragana


def fitting(question: str, tools: Sequence[Json]) -> list[Json]:
    """Return the tools that the question has to do with, the most of all first.

    Each further one explains words that those before it do not.
    """
    said = [(_weights(question, tool), tool) for tool in tools]
    best = max((sum(weights.values()) for weights, _ in said), default=0.0)
    chosen: list[Json] = []
    explained: dict[str, float] = {}
    while said and len(chosen) < _MOST:
        rest, weights, tool = max(
            ((_unexplained(weights, explained), weights, tool) for weights, tool in said),
            key=lambda one: one[0],
        )
        if not rest or (chosen and rest < max(_LEAST, _LEAST_SHARE * best)):
            break
        chosen.append(tool)
        explained |= {word: max(one, explained.get(word, 0.0)) for word, one in weights.items()}
    return chosen


def nearest(question: str, tools: Sequence[Json]) -> list[Json]:
    """Return the one tool that is least far from a question that none fits.

    That is one of a neighbouring field, or else the one whose purpose looks most like it.
    """
    fields = fields_in(question)
    grams = _grams(question)

    def likeness(tool: Json) -> tuple[float, float]:
        topic = topic_of(tool)
        near = max((_near(field, topic) * much for field, much in fields.items()), default=0.0)
        letters = _grams(topic)
        return near, len(grams & letters) / (len(letters) or 1) ** 0.5

    return [max(tools, key=likeness)] if tools else []


def strength(question: str, tools: Sequence[Json]) -> float:
    """Return how much the question has to do with the tool that fits best."""
    likely = (_LIKELY for tool in tools if _content(question) & _content(topic_of(tool)))
    return max((sum(_weights(question, tool).values()) for tool in tools), default=0.0) or max(
        likely, default=0.0
    )


def elsewhere(question: str, tools: Sequence[Json]) -> float:
    """Return how much the question has to do with the life around work that no tool is about."""
    fields, topics = fields_in(question), [topic_of(tool) for tool in tools]
    unknown = AROUND - {one for one in AROUND if any(field_share(topic, one) for topic in topics)}
    return max((fields.get(one, 0.0) for one in unknown), default=0.0)


def _near(field: str, topic: str) -> float:
    near = (field_share(topic, one) / (1 + place) for place, one in enumerate(neighbours(field), 1))
    return max(field_share(topic, field), *near, 0.0)


def _weights(question: str, tool: Json) -> Mapping[str, float]:
    return {
        match.word: match.weight for match in matches(question, topic_of(tool), whole_fields=True)
    }


def _unexplained(weights: Mapping[str, float], explained: Mapping[str, float]) -> float:
    return sum(max(0.0, one - explained.get(word, 0.0)) for word, one in weights.items())


def _content(text: str) -> set[str]:
    """Return the pairs of characters that are no endings, where words have no spaces."""
    return {pair for pair in pairs(text) if not _ENDING.search(pair)}


def _grams(text: str) -> set[str]:
    letters = plain(" ".join(SPACED.findall(text)))
    return {letters[start : start + _GRAM] for start in range(len(letters) - _GRAM + 1)} | pairs(
        text
    )
