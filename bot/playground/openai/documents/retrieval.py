"""Searching documents by the words that a question and a passage share."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.playground.openai.stand_in.brain import Passage
from bot.playground.openai.words import stems

_PARAGRAPH = re.compile(r"\n\s*\n")
_LONGEST_PASSAGE = 1_000


def cut(text: str) -> list[str]:
    """Return *text* in passages: paragraphs, short ones together."""
    passages = [""]
    for paragraph in _pieces(text):
        if passages[-1] and len(passages[-1]) + len(paragraph) > _LONGEST_PASSAGE:
            passages.append(paragraph)
        else:
            passages[-1] = f"{passages[-1]}\n\n{paragraph}".strip()
    return passages


def _pieces(text: str) -> Iterator[str]:
    for paragraph in filter(None, map(str.strip, _PARAGRAPH.split(text))):
        for start in range(0, len(paragraph), _LONGEST_PASSAGE):
            yield paragraph[start : start + _LONGEST_PASSAGE]


def best(queries: Sequence[str], passages: Iterable[Passage], most: int) -> list[Passage]:
    """Return the passages that have the most to do with *queries*, the best first."""
    wanted = [stems(query) for query in queries]
    scored = [_scored(passage, wanted) for passage in passages]
    found = [passage for passage in scored if passage.score]
    return sorted(found, key=lambda passage: -passage.score)[:most]


def overlap(question: str, text: str) -> float:
    """Return how much of *question* is in *text*, from 0 to 1."""
    return _share(stems(question), stems(text))


def _scored(passage: Passage, wanted: Sequence[set[str]]) -> Passage:
    said = stems(f"{passage.filename} {passage.text}")
    score = max((_share(words, said) for words in wanted), default=0.0)
    return Passage(passage.file_id, passage.filename, passage.text, passage.attributes, score)


def _share(wanted: set[str], said: set[str]) -> float:
    return round(len(wanted & said) / len(wanted), 4) if wanted else 0.0
