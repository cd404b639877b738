"""What a thread of the Assistants API holds, in our words, and our words as its messages.

1. A thread holds messages; calls and their outputs are in the steps of its runs. A run's metadata
   name the message that it came after.
2. Calls and outputs that cannot be in a run (they were made elsewhere, or the run has ended
   before it got them) are messages whose metadata say what they stand for.
3. Calls of a run that we have given up count as answered: aborted.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from openai.types.beta.threads import Message, Run, Text
from openai.types.beta.threads.runs import FunctionToolCall, RunStep

from bot.adapters.openai.items import tool_called
from bot.adapters.openai.leaks.leaks import without_leaks
from bot.json_types import Json
from bot.panel.errors import ModelFault, ModelRefused
from bot.panel.language_model import pairing
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Item,
    ModelSaid,
    Source,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.model import CallId, Citation, DocumentId
from bot.panel.tools import ApprovalWanted

AFTER, GIVEN_UP = "panelbot_after", "panelbot_given_up"  # of a run
_CALL, _TOOL, _OUTPUT = "panelbot_call", "panelbot_tool", "panelbot_output"  # of a message

_UNFINISHED = ("in_progress", "incomplete")
_NAMELESS = "…"
_NOTHING = "(no output)"  # a message cannot be empty

Steps = Mapping[str, Sequence[RunStep]]


def to_message(item: Item) -> Json:
    """Return *item* as a message to be added."""
    match item:
        case UserSaid(text):
            return {"role": "user", "content": text}
        case ModelSaid(text):
            return {"role": "assistant", "content": text}
        case ToolCalled(call_id, tool, arguments):
            text = json.dumps(dict(arguments), ensure_ascii=False)
            metadata = {_CALL: call_id, _TOOL: tool}
            return {"role": "assistant", "content": text, "metadata": metadata}
        case ToolAnswered(call_id, output):
            metadata = {_OUTPUT: call_id}
            return {"role": "user", "content": output or _NOTHING, "metadata": metadata}
        case ApprovalWanted() | ApprovalGiven():
            raise ModelRefused(ModelFault.TOOLS, "this API knows no remote tools")


def from_message(message: Message) -> Item:
    """Return what *message* says or stands for."""
    said, metadata = said_by(message), message.metadata or {}
    if call := metadata.get(_CALL):
        return tool_called(call, metadata.get(_TOOL, ""), said.text)
    if call := metadata.get(_OUTPUT):
        return ToolAnswered(CallId(call), said.text)
    return said if message.role == "assistant" else UserSaid(said.text)


def merged(messages: Sequence[Message], runs: Sequence[Run], steps: Steps) -> list[StoredItem]:
    """Return what *messages* and the *steps* of *runs* say together; all come oldest first."""
    written = {message.id: message for message in messages if message.run_id in steps}
    following: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.id in steps:
            following[(run.metadata or {}).get(AFTER, "")].append(run)
    found: list[StoredItem] = []
    given_up: list[range] = []  # where the steps of such runs are
    for message in messages:
        if message.id not in written and message.status not in _UNFINISHED:
            found.append(from_message(message))
        for run in following[message.id]:
            for step in steps[run.id]:
                start = len(found)
                found += _of_step(step, written)
                if GIVEN_UP in (run.metadata or {}):
                    given_up.append(range(start, len(found)))
    return _with_aborted(found, given_up)


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


def _with_aborted(found: list[StoredItem], given_up: Sequence[range]) -> list[StoredItem]:
    """Return *found* with an output for each call in a run *given_up* that has none elsewhere."""
    answered = pairing.answers(found)
    for step in reversed(given_up):
        found[step.stop : step.stop] = [
            ToolAnswered(item.call_id, ABORTED)
            for place in step
            if isinstance(item := found[place], ToolCalled) and place not in answered
        ]
    return found


def _functions(step: RunStep) -> list[FunctionToolCall]:
    if step.step_details.type != "tool_calls":
        return []
    return [call for call in step.step_details.tool_calls if call.type == "function"]


def said_by(message: Message) -> ModelSaid:
    """Return what *message* says, without the markers of what it cites, and these apart."""
    text, citations = "", list[Citation]()
    for part in message.content:
        match part.type:
            case "text":
                plain, found = _without_markers(part.text)
                citations += [replace(c, at=c.at and len(text) + c.at) for c in found]
                text += plain
            case "refusal":  # it is what the model said, too
                text += part.refusal
            case _:
                pass
    sources = tuple(dict.fromkeys(Source(citation.name) for citation in citations))
    return without_leaks(ModelSaid(text, tuple(citations), sources))


def _without_markers(part: Text) -> tuple[str, list[Citation]]:
    cited = [note for note in part.annotations if note.type == "file_citation"]
    text, places = part.value, dict[int, int]()
    for note in sorted(cited, key=lambda note: note.start_index, reverse=True):
        if text[note.start_index : note.end_index] == note.text:
            text = text[: note.start_index] + text[note.end_index :]
    for note in cited:
        before = [n for n in cited if n.start_index < note.start_index]
        places[id(note)] = note.start_index - sum(n.end_index - n.start_index for n in before)
    return text, [
        Citation(DocumentId(note.file_citation.file_id), _name(note.text), places[id(note)] or None)
        for note in cited
    ]


def _name(marker: str) -> str:
    """Return the document's name, if *marker* has it: 【4:0†handbook.md】."""
    name = marker.rpartition("†")[2].strip("【】[] ")
    return name if name and name != "source" else _NAMELESS
