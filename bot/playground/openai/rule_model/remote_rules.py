"""How the rule model uses the tools of remote servers: the one whose words the question shares."""

from collections.abc import Iterator, Sequence

from bot.json_types import Json
from bot.playground.openai.rule_model.answers.sentences import Sentences
from bot.playground.openai.rule_model.answers.writing import sentences_of
from bot.playground.openai.rule_model.prompt_reading import question_in
from bot.playground.openai.rule_model.schema_filling import fill
from bot.playground.openai.stand_in.brain import ModelRequest, Reply, UseServer, is_user
from bot.playground.openai.words import score


def use_server(request: ModelRequest) -> Reply:
    """Return the call of a tool that fits the newest message; none if one was called for it."""
    if any(_outcomes(request)):
        return []
    question = question_in(request.last_user_text)
    fitting = [
        (score(question, _topic(tool)), label, tool)
        for label, tools in request.remote.items()
        for tool in tools
    ]
    best, label, tool = max(fitting, key=lambda one: one[0], default=(0.0, "", {}))
    if not best:
        return []
    return [UseServer(label, tool["name"], fill(tool["input_schema"], question, {}))]


def told_by_servers(request: ModelRequest) -> str:
    """Return what servers have said to the newest message, or that they were not to be asked."""
    sentences = sentences_of(request)
    return "".join(f"{_told(item, sentences)}\n\n" for item in _outcomes(request))


def _told(item: Json, sentences: Sentences) -> str:
    if item["type"] == "mcp_approval_response":
        reason = item["reason"] or sentences.say("no_reason")
        return sentences.say("declined", reason=reason)
    said = "failed" if item["error"] else "told"
    tool, server = f"`{item['name']}`", item["server_label"]
    return sentences.say(said, tool=tool, server=server, output=item["output"])


def _outcomes(request: ModelRequest) -> Iterator[Json]:
    """Yield the calls since the newest message, and the refusals of some."""
    for item in _since_message(request.items):
        refused = item["type"] == "mcp_approval_response" and not item["approve"]
        if refused or item["type"] == "mcp_call":
            yield item


def _since_message(items: Sequence[Json]) -> Sequence[Json]:
    last = max((place for place, item in enumerate(items) if is_user(item)), default=-1)
    return items[last + 1 :]


def _topic(tool: Json) -> str:
    return f"{tool['name'].replace('_', ' ')} {tool.get('description') or ''}"
