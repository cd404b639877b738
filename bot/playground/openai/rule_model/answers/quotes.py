"""Quoting what texts say about a question."""

import re

from bot.playground.openai.documents.retrieval import overlap
from bot.playground.openai.words import shortened

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n\s*\n|\n(?=\s*[-*#])")  # noqa: RUF001 - CJK
_LONGEST_QUOTE = 240


def fitting_sentence(query: str, text: str) -> str:
    """Return the sentence of *text* that has most to do with *query*."""
    sentences = [sentence.strip(" #*-\t\n") for sentence in _SENTENCE_END.split(text)]
    best = max(sentences, key=lambda sentence: overlap(query, sentence), default=text)
    return shortened(best, _LONGEST_QUOTE)
