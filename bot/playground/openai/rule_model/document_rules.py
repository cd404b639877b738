"""How the rule model answers from documents: it quotes the sentences that fit, and says whose."""

import re
from collections.abc import Sequence

from bot.playground.openai.documents.retrieval import overlap
from bot.playground.openai.rule_model.expert_rules import answer
from bot.playground.openai.rule_model.prompt_reading import brief_in
from bot.playground.openai.stand_in.brain import (
    Cite,
    LookUp,
    ModelRequest,
    Passage,
    Reply,
    Search,
    Text,
)
from bot.playground.openai.words import shortened

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*[-*#])")
_MOST_QUOTES = 3
_LONGEST_QUOTE = 240
_LONGEST_QUERY = 400


def answer_from_documents(request: ModelRequest, search: Search) -> Reply:
    """Return a look into the documents, and the answer with what was found there."""
    query = shortened(brief_in(request.last_user_text), _LONGEST_QUERY) or "everything"
    quoted, cites = _quotes(query, search(query)[:_MOST_QUOTES])
    if not cites and request.must_search:
        quoted = "My documents say nothing about this.\n\n"
    return [LookUp((query,)), Text(quoted + answer(request), cites)]


def _quotes(query: str, found: Sequence[Passage]) -> tuple[str, tuple[Cite, ...]]:
    if not found:
        return "", ()
    text, cites = "My documents say:\n", []
    for passage in found:
        text += f"- “{_fitting_sentence(query, passage.text)}”"
        cites.append(Cite(passage.file_id, passage.filename, len(text)))
        text += "\n"
    return f"{text}\n", tuple(cites)


def _fitting_sentence(query: str, text: str) -> str:
    sentences = [sentence.strip(" #*-\t\n") for sentence in _SENTENCE_END.split(text)]
    best = max(sentences, key=lambda sentence: overlap(query, sentence), default=text)
    return shortened(best, _LONGEST_QUOTE)
