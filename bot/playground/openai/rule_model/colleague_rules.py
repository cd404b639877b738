"""How the rule model consults colleagues as an expert: the question decides, and it quotes them."""

from bot.playground.openai.rule_model.answers.writing import answer, sentences_of
from bot.playground.openai.rule_model.closing_rules import expert_replies
from bot.playground.openai.rule_model.prompt_reading import question_in
from bot.playground.openai.rule_model.routing.relevance import fitting
from bot.playground.openai.rule_model.routing.routing_rules import call_of
from bot.playground.openai.stand_in.brain import Call, ModelRequest
from bot.playground.openai.words import shortened

_ROUTER = "the router of a panel"
_LONGEST_POINT = 160


def is_expert(request: ModelRequest) -> bool:
    """Whether the request is to an expert, and not to who only chooses experts."""
    return bool(request.instructions.strip()) and not is_router(request)


def is_router(request: ModelRequest) -> bool:
    """Whether the request is to who chooses experts."""
    return _ROUTER in request.instructions.partition("\n")[0].casefold()


def consulted(request: ModelRequest) -> list[Call]:
    """Return calls of the colleagues whose field the people's words touch."""
    question = question_in(request.last_user_text)
    return [call_of(tool, question) for tool in fitting(question, request.tools)]


def answer_with_colleagues(request: ModelRequest) -> str:
    """Return what the expert has to say itself, and what its colleagues told it."""
    sentences, replies = sentences_of(request), expert_replies(request)
    missing = sentences.listed([reply.title for reply in replies if reply.failed])
    lines = [
        "- " + sentences.say("adds", title=reply.title, point=shortened(reply.gist, _LONGEST_POINT))
        for reply in replies
        if not reply.failed
    ]
    asked = ["", sentences.say("asked"), *lines] if lines else []
    silent = ["", sentences.say("silent", names=missing)] if missing else []
    return "\n".join([answer(request), *asked, *silent])
