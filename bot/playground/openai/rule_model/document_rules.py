"""How the rule model answers from documents: it quotes the sentences that fit, and says whose."""

from collections.abc import Sequence

from bot.playground.openai.rule_model.expert_rules import answer, fitting_sentence
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

_MOST_QUOTES = 3
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
        text += f"- “{fitting_sentence(query, passage.text)}”"
        cites.append(Cite(passage.file_id, passage.filename, len(text)))
        text += "\n"
    return f"{text}\n", tuple(cites)
