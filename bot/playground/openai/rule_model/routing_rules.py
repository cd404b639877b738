"""How the rule model chooses whom to consult."""

import re
from collections.abc import Mapping, Sequence

from bot.json_types import Json
from bot.playground.openai.rule_model.prompt_reading import (
    asked_before,
    question_in,
    short_name,
    title_of,
    topic_of,
)
from bot.playground.openai.rule_model.schema_filling import fill
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text
from bot.playground.openai.words import clauses, listed, matches, score, shortened

_MOST_CALLS = 3
_LEAST_SHARE = 0.45  # of the best tool's score
_LONGEST_BRIEF = 600
_MOST_NAMED = 30  # experts
_THANKS = re.compile(r"\b(thanks?|thank you|thx|cheers|danke|merci|gracias)\b", re.IGNORECASE)
_GREETING = re.compile(
    r"\s*(hi|hello|hey|hallo|moin|bonjour|hola|good (morning|afternoon|evening|day))\b",
    re.IGNORECASE,
)
_ABOUT_PANEL = re.compile(
    r"\W*(help|who are you|who is (here|on (this|the) panel)|what can (you|the panel) do"
    r"|which experts (are|do you|is) .*)\W*",
    re.IGNORECASE,
)
_FEW_WORDS = 6


def choose(request: ModelRequest) -> Reply:
    """Return calls of the tools that the newest message has to do with, or words of its own."""
    question = question_in(request.last_user_text)
    if request.must_call:
        best = max(request.tools, key=lambda tool: score(question, topic_of(tool)))
        return [call_of(best, question)]
    if own_words := _small_talk(question, request):
        return [Text(own_words)]
    if chosen := fitting(question, request.tools):
        return [call_of(tool, question) for tool in chosen]
    if again := _consulted_last(request):
        return [_follow_up(tool, question, request) for tool in again]
    return [Text(_nobody(request))]


def fitting(question: str, tools: Sequence[Json]) -> list[Json]:
    """Return the tools that the question has to do with, the most of all first."""
    scored = [(score(question, topic_of(tool)), tool) for tool in tools]
    scored.sort(key=lambda pair: -pair[0])
    best = scored[0][0] if scored else 0
    return [tool for one, tool in scored if one and one >= best * _LEAST_SHARE][:_MOST_CALLS]


def call_of(tool: Json, question: str) -> Call:
    """Return the call of a tool for its part of the question."""
    words = [f"“{match.word}”" for match in matches(question, topic_of(tool))][:3]
    reason = f"The message mentions {listed(words)}." if words else "Somebody has to be asked."
    return _filled(tool, question, {"reason": reason, "brief": _part_for(tool, question)})


def _follow_up(tool: Json, question: str, request: ModelRequest) -> Call:
    before = asked_before(request.items)
    brief = f"{question} (It follows on: {shortened(before[-1], 300)})" if before else question
    return _filled(tool, question, {"reason": "It follows on what was asked.", "brief": brief})


def _filled(tool: Json, question: str, hints: Mapping[str, str]) -> Call:
    schema = {"type": "object", **(tool.get("parameters") or {})}
    return Call(tool["name"], fill(schema, question, hints))


def _part_for(tool: Json, question: str) -> str:
    """Return the part of the question that matters to the expert behind *tool*."""
    topic, parts = topic_of(tool), clauses(question)
    fitting = [part for part in parts if score(part, topic)]
    if not fitting or len(fitting) == len(parts):
        return shortened(question, _LONGEST_BRIEF)
    mark = "?" if "?" in question else "."
    asked = (f"{part[:1].upper()}{part[1:].rstrip(' .?!;')}{mark}" for part in fitting)
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


def _small_talk(question: str, request: ModelRequest) -> str | None:
    """Return what to say to a message that is not for the experts."""
    short = len(question.split()) <= _FEW_WORDS and "?" not in question
    if short and _THANKS.search(question):
        return "You are welcome. The panel stays in this thread: just reply."
    if short and _GREETING.match(question) and not fitting(question, request.tools):
        return f"Hello! {_invitation(request.tools)}"
    if _ABOUT_PANEL.fullmatch(question):
        shown, more = request.tools[:_MOST_NAMED], len(request.tools) - _MOST_NAMED
        lines = [f"- **{title_of(tool)}**: {_purpose(tool)}" for tool in shown]
        return "\n".join(["On this panel:", *lines, *_others(more)])
    return None


def _nobody(request: ModelRequest) -> str:
    question = shortened(question_in(request.last_user_text), 80)
    return f"I found no expert for “{question}” on this panel. {_invitation(request.tools)}"


def _invitation(tools: Sequence[Json]) -> str:
    named = [title_of(tool) for tool in tools[:_MOST_NAMED]]
    titles = listed([*named, *_others(len(tools) - _MOST_NAMED)]) or "nobody yet"
    example = short_name(tools[0]["name"]) if tools else "legal"
    return (
        f"Here to ask: {titles}. To ask one of them directly, begin with the name: `{example}: …`"
    )


def _others(count: int) -> list[str]:
    return [f"{count} more"] if count > 0 else []


def _purpose(tool: Json) -> str:
    return str(tool.get("description") or "").partition(":")[2].strip() or title_of(tool)
