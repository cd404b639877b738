"""How the rule model answers from documents: it quotes the sentences that fit, and says whose."""

from bot.playground.openai.rule_model.answers.quotes import fitting_sentence
from bot.playground.openai.rule_model.answers.writing import body, headline, sentences_of
from bot.playground.openai.rule_model.prompt_reading import brief_in
from bot.playground.openai.stand_in.brain import (
    Cite,
    LookUp,
    ModelRequest,
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
    found = search(query)[:_MOST_QUOTES]
    text, cites = f"{headline(request)}\n\n", []
    if found or request.must_search:
        text += sentences_of(request).say("documents" if found else "no_documents") + "\n"
    for passage in found:
        text += f"- “{fitting_sentence(query, passage.text)}”"
        cites.append(Cite(passage.file_id, passage.filename, len(text)))
        text += "\n"
    return [LookUp((query,)), Text(f"{text.rstrip()}\n\n{body(request)}", tuple(cites))]
