"""What a thread of the Assistants API holds, in our words, and our words as its messages.

1. A thread holds messages; calls and their outputs are in the steps of its runs. A run's metadata
   name the message that it came after.
2. Calls and outputs that cannot be in a run (they were made elsewhere, or the run has ended
   before it got them) are messages whose metadata say what they stand for.
3. Calls of a run that we have given up count as answered: aborted.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from openai.types.beta.threads import Message, Run
from openai.types.beta.threads.runs import FunctionToolCall, RunStep

from bot.adapters.openai.items import tool_called
from bot.panel.exchange import (
    ABORTED,
    Item,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.model import CallId

AFTER, GIVEN_UP = "panelbot_after", "panelbot_given_up"  # of a run
_CALL, _TOOL, _OUTPUT = "panelbot_call", "panelbot_tool", "panelbot_output"  # of a message

_UNFINISHED = ("in_progress", "incomplete")
_NOTHING = "(no output)"  # a message cannot be empty

Steps = Mapping[str, Sequence[RunStep]]


def to_message(item: Item) -> dict[str, Any]:
    """Return *item* as a message to be added."""
    match item:
        case UserSaid(text):
            return {"role": "user", "content": text}
        case ModelSaid(text):
            return {"role": "assistant", "content": text}
        case ToolCalled(call_id, tool, arguments):
            told = json.dumps(dict(arguments), ensure_ascii=False)
            metadata = {_CALL: call_id, _TOOL: tool}
            return {"role": "assistant", "content": told, "metadata": metadata}
        case ToolAnswered(call_id, output):
            metadata = {_OUTPUT: call_id}
            return {"role": "user", "content": output or _NOTHING, "metadata": metadata}


def from_message(message: Message) -> Item:
    """Return what *message* says or stands for."""
    text, metadata = text_of(message), message.metadata or {}
    if call := metadata.get(_CALL):
        return tool_called(call, metadata.get(_TOOL, ""), text)
    if call := metadata.get(_OUTPUT):
        return ToolAnswered(CallId(call), text)
    return ModelSaid(text) if message.role == "assistant" else UserSaid(text)


def merged(messages: Sequence[Message], runs: Sequence[Run], steps: Steps) -> list[StoredItem]:
    """Return what *messages* and the *steps* of *runs* say together; all come oldest first."""
    written = {message.id: message for message in messages if message.run_id in steps}
    elsewhere = {(message.metadata or {}).get(_OUTPUT, "") for message in messages}
    following: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.id in steps:
            following[(run.metadata or {}).get(AFTER, "")].append(run)
    found: list[StoredItem] = []
    for message in messages:
        if message.id not in written and message.status not in _UNFINISHED:
            found.append(from_message(message))
        for run in following[message.id]:
            for step in steps[run.id]:
                found += _of_step(step, written)
                found += _aborted(step, elsewhere) if GIVEN_UP in (run.metadata or {}) else []
    return found


def _of_step(step: RunStep, written: Mapping[str, Message]) -> list[StoredItem]:
    details = step.step_details
    if details.type == "message_creation":
        message = written.get(details.message_creation.message_id)
        return [from_message(message)] if message and message.status not in _UNFINISHED else []
    calls = _functions(step)
    found: list[StoredItem] = [
        ToolUsed(call.type) for call in details.tool_calls if call.type != "function"
    ]
    found += [tool_called(c.id, c.function.name, c.function.arguments) for c in calls]
    outputs = [(CallId(call.id), call.function.output) for call in calls]
    found += [ToolAnswered(call, output) for call, output in outputs if output is not None]
    return found


def _aborted(step: RunStep, elsewhere: Collection[str]) -> list[StoredItem]:
    left = [c for c in _functions(step) if c.function.output is None and c.id not in elsewhere]
    return [ToolAnswered(CallId(call.id), ABORTED) for call in left]


def _functions(step: RunStep) -> list[FunctionToolCall]:
    if step.step_details.type != "tool_calls":
        return []
    return [call for call in step.step_details.tool_calls if call.type == "function"]


def text_of(message: Message) -> str:
    """Return what *message* says; a refusal is what the model said, too."""
    found = []
    for part in message.content:
        match part.type:
            case "text":
                found.append(part.text.value)
            case "refusal":
                found.append(part.refusal)
            case _:
                pass
    return "".join(found)
