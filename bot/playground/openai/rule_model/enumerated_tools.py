"""How the rule model reads a tool that has many names to choose from: as a tool for each name.

What each name stands for is in a list of the instructions: ``- tax-law: Tax Counsel: …``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.json_types import Json
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply

_LINE = re.compile(r"^- ([\w-]+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Separated:
    """A request with a tool for each name; *names* maps these tools to the real ones."""

    request: ModelRequest
    names: Mapping[str, str]

    def called(self, reply: Reply) -> Reply:
        """Return *reply* with calls of the real tools."""
        return [
            replace(step, name=self.names.get(step.name, step.name))
            if isinstance(step, Call)
            else step
            for step in reply
        ]


def separated(request: ModelRequest) -> Separated:
    """Return *request* with a tool for each name that its instructions explain."""
    explained = dict(_LINE.findall(request.instructions))
    tools: list[Json] = []
    names: dict[str, str] = {}
    keys: dict[str, str] = {}  # the parameter that names, by the real tool
    for tool in request.tools:
        parts = [*_for_each_name(tool, explained)]
        tools += [part for _, part in parts] or [tool]
        names |= {part["name"]: tool["name"] for _, part in parts}
        if parts:
            keys[tool["name"]] = parts[0][0]
    if not names:
        return Separated(request, {})
    instructions = _LINE.sub("", request.instructions)
    items = [_renamed(item, keys) for item in request.items]
    return Separated(replace(request, tools=tools, instructions=instructions, items=items), names)


def _for_each_name(tool: Json, explained: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    parameters = tool.get("parameters") or {}
    for key, schema in (parameters.get("properties") or {}).items():
        for name in schema.get("enum") or ():
            if name in explained:
                narrowed = {**parameters["properties"], key: {**schema, "enum": [name]}}
                yield (
                    key,
                    {
                        **tool,
                        "name": f"{tool['name']}_{name}",
                        "description": f"Consult {explained[name]}",
                        "parameters": {**parameters, "properties": narrowed},
                    },
                )


def _renamed(item: Json, keys: Mapping[str, str]) -> Json:
    """Return a call of a real tool as one of the tool for the name in it."""
    if item["type"] != "function_call" or item["name"] not in keys:
        return item
    try:
        chosen = json.loads(item["arguments"])[keys[item["name"]]]
    except (ValueError, TypeError, LookupError):
        return item
    return {**item, "name": f"{item['name']}_{chosen}"}
