"""A large panel as one tool: a request takes 128 tools at most, and a panel has up to 500 experts.

1. A small panel has a tool for each expert. A larger one has the tool ``consult``, with the
   experts' names as an enumeration; what each is for stands at the end of the instructions.
2. The panel knows the first form only: calls are translated as they are sent and read. What we
   store is the same in both, and a process of another version reads it.
3. Both forms are understood at any time: a conversation holds calls from before its panel grew
   or shrank, and models imitate what they read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.panel.language_model import instructions, prompts, tool_names
from bot.panel.language_model.exchange import Item, Prompt, Tool, ToolCalled
from bot.panel.model import ExpertName

MOST_IN_RUN = 20  # tools, in a run of the Assistants API; an assistant itself may have 128
_TOOL, _PARAMETER = "consult", "expert"
_MEANING_IT = frozenset({_TOOL, "consult_expert", "consult_experts", "ask_expert", "call_expert"})
_NAMING = (
    *(_PARAMETER, "expert_name", "name", "colleague", "who"),
    *("experts", "expert_names", "names", "colleagues"),
)
_LONGEST_NAME = 64  # of whom a single argument can mean
_LONGEST_NAMES = 480  # of all that a call means: metadata hold 512
# OpenAI takes 15,000 characters in an enumeration of more than 250 names, and 1,000 names.
_MOST_NAMES, _MOST_CHARACTERS = 1_000, 15_000


def offered(
    prompt: Prompt, most: int = tool_names.MOST_SINGLE, longest: int | None = None
) -> Prompt:
    """Return *prompt* as it goes to the server: with one tool if it has more than *most*.

    *longest*: how many characters of a purpose the model reads; None: all.
    """
    if len(prompt.tools) <= most:
        return prompt
    return replace(
        prompt,
        instructions="\n".join(
            [prompt.instructions, instructions.MANY, prompts.listed(prompt.tools, longest)]
        ),
        tools=(_one(prompt.tools),),
        items=tuple(map(_as_sent, prompt.items)),
    )


def called(tool: str, arguments: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return a model's call as one of the expert's own tool, or of all experts that it names."""
    if tool_names.bare(tool) not in _MEANING_IT:
        return tool, arguments
    given = {key.casefold(): key for key, value in arguments.items() if value}
    key = next((given[name] for name in _NAMING if name in given), None)
    if key is None and len(arguments) == 1:  # perhaps it is a name, without its key
        key = next(key for key, value in arguments.items())
        key = key if len(arguments[key]) <= _LONGEST_NAME else None
    if key is None:
        return tool, arguments
    others = {name: text for name, text in arguments.items() if name != key}
    names = _names(arguments[key])
    is_plain = names.isascii() and names.replace("-", "_").isidentifier()
    return tool_names.PREFIX + (tool_names.bare(names) if is_plain else names), others


def _names(value: str) -> str:
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        read = None
    listed = read if isinstance(read, list) else [read]
    names = [name for one in listed if (name := _name(one))] or [value]
    return ", ".join(names)[:_LONGEST_NAMES].strip()


def _name(value: object) -> str:
    match value:
        case str():
            return value
        case dict():
            return next((str(value[key]) for key in _NAMING if value.get(key)), "")
        case _:
            return ""


def parameters(tool: str, count: int) -> Sequence[str]:
    """Return the parameters of a call of *tool* that gives *count* arguments unnamed."""
    if tool_names.bare(tool) not in _MEANING_IT:
        return ("reason", "brief")[-count:]
    return (_PARAMETER, "brief") if count < 3 else (_PARAMETER, "reason", "brief")


def _one(tools: tuple[Tool, ...]) -> Tool:
    names = tuple(_expert(tool.name) for tool in tools)
    fits = len(names) <= _MOST_NAMES and sum(map(len, names)) <= _MOST_CHARACTERS
    return Tool(
        _TOOL,
        "Consult an expert of the list in your instructions.",
        {_PARAMETER: "The expert's name, as in the list.", **tools[0].parameters},
        choices={_PARAMETER: names} if fits else {},
    )


def _as_sent(item: Item) -> Item:
    if not isinstance(item, ToolCalled) or not item.tool.startswith(tool_names.PREFIX):
        return item
    name = {_PARAMETER: _expert(item.tool)}
    return replace(item, tool=_TOOL, arguments={**name, **item.arguments, **name})


def _expert(tool: str) -> ExpertName:
    return prompts.expert_of(tool) or ExpertName(tool)
