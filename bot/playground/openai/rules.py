"""A model without intelligence: rules that derive every reply from the request.

It chooses tools by the words that a question shares with their descriptions, answers as an
expert from the points in its instructions, and sums up from the outputs. Enough to see a
panel at work without an account.
"""

import re
from collections.abc import Sequence

from bot.playground.openai.brain import Call, ModelRequest, Reply, Text, is_model, is_user
from bot.playground.openai.state import Json, text_of
from bot.playground.openai.words import shared_words, stems

NOTICE = "_Playground model: rules, not AI. Set OPENAI_API_KEY for real answers._"

_MOST_CALLS = 3
_TAG = re.compile(r"</?(?:message|brief|earlier)\b[^>]*>")
_BRIEF = re.compile(r"<brief>.*?</brief>", re.DOTALL)
_MESSAGE = re.compile(r"<message[^>]*>\n?(.*?)\n?</message>", re.DOTALL)
_POINT = re.compile(r"^\s*[-*•]\s+(.+)$", re.MULTILINE)
_ROLE = re.compile(r"\b[Yy]ou are (?:the |an? )?([^.,\n]{3,60})")
_ANSWERED = re.compile(r"^(?P<who>.+?) answered in the thread:\n(?P<what>.*)", re.DOTALL)


class RuleBrain:
    """Follows the rules."""

    def reply(self, request: ModelRequest) -> Reply:
        """Return what the rules make of *request*."""
        if not request.tools:
            return [Text(_as_expert(request))]
        if request.may_call:
            return _as_router(request)
        return [Text(_synthesis(request))]


def question_in(text: str) -> str:
    """Return what the people said, without what was wrapped around it."""
    said = _MESSAGE.findall(text)
    return "\n".join(said) if said else _TAG.sub("", _BRIEF.sub("", text)).strip()


def _as_router(request: ModelRequest) -> Reply:
    question = question_in(request.last_user_text)
    scored = [(len(_match(question, tool)), tool) for tool in request.tools]
    best = max((score for score, _ in scored), default=0)
    chosen = [(s, tool) for s, tool in scored if s and s * 2 >= best]
    chosen.sort(key=lambda pair: -pair[0])
    if chosen:
        return [_call(tool, question) for _, tool in chosen[:_MOST_CALLS]]
    return [Text(_small_talk(question, request.tools))]


def _match(question: str, tool: Json) -> list[str]:
    name = tool["name"].removeprefix("consult_").replace("_", " ")
    return shared_words(question, f"{name} {tool.get('description', '')}")


def _call(tool: Json, question: str) -> Call:
    words = ", ".join(f"“{word}”" for word in _match(question, tool)[:3])
    told = {
        "reason": f"The message speaks of {words}",
        "brief": f"Look at what has to do with {words}: {_shortened(question, 400)}",
    }
    properties = tool.get("parameters", {}).get("properties", {})
    return Call(tool["name"], {name: told.get(name, question) for name in properties})


def _small_talk(question: str, tools: Sequence[Json]) -> str:
    names = [t["name"].removeprefix("consult_").replace("_", " ") for t in tools]
    if re.search(r"\b(thanks?|thank you|danke|merci|gracias)\b", question, re.IGNORECASE):
        return "You are welcome. The panel stays here: just reply."
    known = ", ".join(names) or "nobody yet"
    return (
        "None of the experts' subjects comes up in that. On this panel: "
        f"{known}. Ask about one of these, or address an expert directly, as in "
        f"`{names[0] if names else 'legal'}: …`.\n\n{NOTICE}"
    )


def _as_expert(request: ModelRequest) -> str:
    question = question_in(request.last_user_text)
    earlier = [question_in(text_of(item)) for item in request.items if is_user(item)][:-1]
    points = _points(request.instructions, question)
    role = _ROLE.search(request.instructions)
    seen = f"Seen as {role[1].strip()}" if role else "From where I stand"
    opening = f"{seen}, on _{_shortened(question, 120)}_:"
    lines = [opening, "", *(f"- **{head}.** {rest}".rstrip() for head, rest in points)]
    if earlier:
        lines += ["", f"This builds on what you asked before (_{_shortened(earlier[-1], 80)}_)."]
    if not any(is_model(item) for item in request.items):
        lines += ["", NOTICE]
    return "\n".join(lines)


def _points(instructions: str, question: str) -> list[tuple[str, str]]:
    """Return the points of an expert's instructions that matter most to the question."""
    points = _POINT.findall(instructions) or ["Say what is known, what is not, and who decides"]
    wanted = stems(question)
    ranked = sorted(points, key=lambda point: -len(stems(point) & wanted))
    return [_head_and_rest(point) for point in ranked[:3]]


def _head_and_rest(point: str) -> tuple[str, str]:
    head, mark, rest = point.strip().rstrip(".").partition(":")
    if not mark or len(head) > 60:
        return point.strip().rstrip("."), ""
    return head.strip("* "), rest.strip("* ")[:1].upper() + rest.strip("* ")[1:] + "."


def _synthesis(request: ModelRequest) -> str:
    outputs = [text_of(i) for i in _newest_outputs(request.items)]
    answers = [(m["who"], m["what"]) for m in map(_ANSWERED.match, outputs) if m]
    failed = [text for text in outputs if not _ANSWERED.match(text)]
    if not answers:
        return "\n".join(["None of the experts could answer this time.", *failed])
    names = [who for who, _ in answers]
    common = set.intersection(*(stems(_body(what)) for _, what in answers))
    words = [w for w in shared_words(_body(answers[0][1]), " ".join(common)) if len(w) > 4][:3]
    agree = f"touch on {', '.join(words)}" if words else "answer the same question"
    lines = [f"**In short.** {' and '.join(names)} {'both ' if len(names) == 2 else ''}{agree}."]
    lines += [f"- {who} stresses: {_first_point(what)}" for who, what in answers]
    lines += [f"- Missing: {text}" for text in failed]
    return "\n".join(lines)


def _newest_outputs(items: Sequence[Json]) -> list[Json]:
    """Return the outputs since the last message of the people."""
    since = max((n for n, item in enumerate(items) if is_user(item)), default=-1)
    return [item for item in items[since + 1 :] if item["type"] == "function_call_output"]


def _body(answer: str) -> str:
    points = _POINT.findall(answer)
    return "\n".join(points) if points else answer


def _first_point(answer: str) -> str:
    points = _POINT.findall(answer)
    return _shortened(points[0] if points else answer, 160)


def _shortened(text: str, limit: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rsplit(" ", 1)[0] + "…"
