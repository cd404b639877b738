"""How the rule model chooses whom to consult."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.json_types import Json
from bot.playground.openai.rule_model.prompt_reading import (
    asked_before,
    question_in,
    short_name,
    title_of,
    topic_of,
)
from bot.playground.openai.rule_model.routing.addressing import addressed, unquoted
from bot.playground.openai.rule_model.routing.corrections import corrected_like
from bot.playground.openai.rule_model.routing.relevance import elsewhere, fitting, nearest, strength
from bot.playground.openai.rule_model.routing.small_talk import Talk, kind_of
from bot.playground.openai.rule_model.schema_filling import fill
from bot.playground.openai.rule_model.sentences import sentence
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text
from bot.playground.openai.words import clauses, listed, matches, shortened

_MOST_CALLS, _MOST_WORDS = 3, 3
_MOST_NAMED_CALLS = 5  # of experts whom people name
_ENOUGH = 1.0  # of what a message says of other experts, that it is no follow-up
_TELLING = 0.6  # weight of a word that is named as the reason
_GUESSED = 0.3  # likelihood of whoever is least far from a question
_LONGEST_BRIEF = 600
_MOST_NAMED = 30  # experts


def choose(request: ModelRequest) -> Reply:
    """Return calls of the tools that the newest message has to do with, or words of its own."""
    question = question_in(request.last_user_text)
    said = addressed(question, request.tools)
    wanted = [tool for tool in request.tools if tool not in said.unwanted]
    if said.asked:
        why = sentence("named", question)
        many = len(said.asked) > _MOST_NAMED  # everyone: those of them who know of it
        asked = (many and fitting(said.question, said.asked)) or said.asked
        return [call_of(tool, question, why) for tool in asked[:_MOST_NAMED_CALLS]]
    if corrected := corrected_like(question, request.instructions, wanted):
        return [call_of(tool, said.question) for tool in corrected]
    fits = strength(said.question, wanted)
    again = [tool for tool in _consulted_last(request) if tool in wanted]
    plain = unquoted(question)
    talk = kind_of(plain, fits, elsewhere(plain, wanted), alone=not again)
    if talk and not request.must_call:
        return [Text(_own_words(talk, question, request.tools))]
    if again and fits < _ENOUGH:
        return [_follow_up(tool, question, request) for tool in again]
    is_guess = fits < _TELLING
    choice = nearest if is_guess else fitting
    chosen = choice(said.question, wanted or request.tools)
    calls = [call_of(tool, said.question) for tool in chosen]
    if is_guess:
        calls = [replace(call, likelihood=_GUESSED) for call in calls]
    return calls[:1] if request.must_call else calls or [Text(_nobody(question, request.tools))]


def call_of(tool: Json, question: str, why: str = "") -> Call:
    """Return the call of a tool for its part of the question."""
    found = matches(question, topic_of(tool), whole_fields=True)
    telling = [match for match in found if match.weight >= _TELLING] or found
    words = [sentence("quoted", question, word=match.word) for match in telling[:_MOST_WORDS]]
    said = listed(words, sentence("and", question))
    reason = sentence("mentions", question, words=said) if words else sentence("nearest", question)
    return _filled(tool, question, {"reason": why or reason, "brief": _part_for(tool, question)})


def _follow_up(tool: Json, question: str, request: ModelRequest) -> Call:
    before = asked_before(request.items)
    earlier = shortened(before[-1], 300) if before else ""
    brief = sentence("brief", question, question=question, before=earlier) if before else question
    return _filled(tool, question, {"reason": sentence("follows", question), "brief": brief})


def _filled(tool: Json, question: str, hints: Mapping[str, str]) -> Call:
    schema = {"type": "object", **(tool.get("parameters") or {})}
    return Call(tool["name"], fill(schema, question, hints))


def _part_for(tool: Json, question: str) -> str:
    """Return the part of the question that matters to the expert behind *tool*."""
    topic, parts = topic_of(tool), clauses(question)
    fits = [part for part in parts if matches(part, topic, whole_fields=True)]
    if not fits or len(fits) == len(parts):
        return shortened(question, _LONGEST_BRIEF)
    mark = "?" if "?" in question else "."
    asked = (f"{part[:1].upper()}{part[1:].rstrip(' .?!;')}{mark}" for part in fits)
    return shortened(" ".join(asked), _LONGEST_BRIEF)


def _consulted_last(request: ModelRequest) -> list[Json]:
    """Return the tools that were called most recently, for one message."""
    names: list[str] = []
    for item in reversed(request.items):
        if item["type"] == "function_call":
            names.append(item["name"])
        elif names and item["type"] == "message":
            break
    return [tool for tool in request.tools if tool["name"] in names][:_MOST_CALLS]


def _own_words(talk: Talk, question: str, tools: Sequence[Json]) -> str:
    """Return what to say to a message that is not for the experts."""
    match talk:
        case Talk.THANKS:
            return sentence("welcome", question)
        case Talk.GREETING:
            return sentence("hello", question, invitation=_invitation(question, tools))
        case Talk.ABOUT_PANEL:
            lines = [f"- **{title_of(tool)}**: {_purpose(tool)}" for tool in tools[:_MOST_NAMED]]
            return "\n".join([sentence("panel", question), *lines, *_others(question, tools)])
        case Talk.OTHER:
            return _nobody(question, tools)


def _nobody(question: str, tools: Sequence[Json]) -> str:
    return sentence("nobody", question, invitation=_invitation(question, tools))


def _invitation(question: str, tools: Sequence[Json]) -> str:
    if not tools:
        return ""
    named = [title_of(tool) for tool in tools[:_MOST_NAMED]]
    titles = listed([*named, *_others(question, tools)], sentence("and", question))
    return sentence("here", question, titles=titles, example=short_name(tools[0]["name"]))


def _others(question: str, tools: Sequence[Json]) -> list[str]:
    count = len(tools) - _MOST_NAMED
    return [sentence("others", question, count=count)] if count > 0 else []


def _purpose(tool: Json) -> str:
    return str(tool.get("description") or "").partition(":")[2].strip() or title_of(tool)
