"""What a thread of the Assistants API holds, in our words, and our words as its messages.

1. A thread holds messages; calls and their outputs are in the steps of its runs. A run's metadata
   name the message that it came after.
2. Calls and outputs that cannot be in a run (they were made elsewhere, or the run has ended
   before it got them) are messages whose metadata say what they stand for.
3. Calls of a run that we have given up count as answered: aborted.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.adapters.openai.leaks.leaks import without_leaks
from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.citation_markers import without_markers
from bot.adapters.openai.reading.items import tool_called
from bot.adapters.openai.reading.message_parts import plain_text, text_parts
from bot.adapters.openai.reading.sent import Sent
from bot.json_types import Json
from bot.panel.citations import Citation
from bot.panel.errors import ModelFault, ModelRefused
from bot.panel.language_model.conversations import pairing
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
from bot.panel.model import CallId, DocumentId
from bot.panel.tools import ApprovalWanted

AFTER, GIVEN_UP = "panelbot_after", "panelbot_given_up"  # of a run
_CALL, _TOOL, _OUTPUT = "panelbot_call", "panelbot_tool", "panelbot_output"  # of a message

_MARKER = re.compile(r"[【\[][^【】\[\]]{1,300}[】\]]")  # whatever else a note names is the answer
_NAMELESS = "…"
_NOTHING = "(no output)"  # a message cannot be empty

Steps = Mapping[str, Sequence[Sent]]  # by the id of their run


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


def from_message(message: Sent) -> Item:
    """Return what *message* says or stands for."""
    said, metadata = said_by(message), message.texts("metadata")
    if call := metadata.get(_CALL):
        return tool_called(CallId(call), metadata.get(_TOOL, ""), said.text)
    if call := metadata.get(_OUTPUT):
        return ToolAnswered(CallId(call), said.text)
    return said if message.optional_text("role") == "assistant" else UserSaid(said.text)


def merged(messages: Sequence[Sent], runs: Sequence[Sent], steps: Steps) -> list[StoredItem]:
    """Return what *messages* and the *steps* of *runs* say together; all come oldest first."""
    written = {m.optional_text("id"): m for m in messages if m.optional_text("run_id") in steps}
    following: defaultdict[str, list[Sent]] = defaultdict(list)
    for run in runs:
        if run.optional_text("id") in steps:
            following[run.texts("metadata").get(AFTER, "")].append(run)
    found: list[StoredItem] = []
    given_up: list[range] = []  # where the steps of such runs are
    for message in messages:
        id_ = message.optional_text("id")
        if id_ not in written and _is_readable(message):
            found.append(from_message(message))
        for run in following[id_]:
            ids = CallIds()
            for step in steps[run.optional_text("id")]:
                start = len(found)
                found += _of_step(step, written, ids)
                if GIVEN_UP in run.texts("metadata"):
                    given_up.append(range(start, len(found)))
    return _with_aborted(found, given_up)


def _of_step(step: Sent, written: Mapping[str, Sent], ids: CallIds) -> Iterator[StoredItem]:
    details = step.part("step_details")
    if created := details.part("message_creation"):
        message = written.get(created.text("message_id"))
        if message and _is_readable(message):
            yield from_message(message)
    called: list[tuple[CallId, Sent]] = []
    ids.end_response()
    for call in details.parts("tool_calls"):
        if function := call.part("function"):
            called.append((ids.of_call(call.optional_text("id")), function))
        else:
            yield ToolUsed(call.text("type"))
    for id_, function in called:
        yield tool_called(id_, function.text("name"), function.raw("arguments"))
    for id_, function in called:
        if function.raw("output") is not None:
            yield ToolAnswered(id_, function.optional_text("output"))


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


def said_by(message: Sent) -> ModelSaid:
    """Return what *message* says, without the markers of what it cites, and these apart."""
    text, citations = "", list[Citation]()
    for part in text_parts(message, "content"):
        plain, found = _without_markers(part)
        citations += [replace(c, at=c.at and len(text) + c.at) for c in found]
        text += plain
    sources = tuple(dict.fromkeys(Source(citation.name) for citation in citations))
    is_cut = message.optional_text("status") == "incomplete"
    return without_leaks(ModelSaid(text, tuple(citations), sources, cut=is_cut))


def _is_readable(message: Sent) -> bool:
    """Whether *message* is finished, if only at a limit."""
    match message.optional_text("status"):
        case "in_progress":
            return False
        case "incomplete":
            reason = message.part("incomplete_details").optional_text("reason")
            return reason.startswith("max_")
        case _:
            return True


def _without_markers(part: Sent) -> tuple[str, list[Citation]]:
    """Return the text of *part*, and its citations where their markers were."""
    whole = part.part("text") or part  # its text may also be a plain one
    text = whole.optional_text("value") or plain_text(part)
    cited = [n for n in whole.parts("annotations") if n.optional_text("type") == "file_citation"]
    places = {id(note): (note.number("start_index"), note.number("end_index")) for note in cited}
    for note in sorted(cited, key=lambda note: places[id(note)], reverse=True):
        start, end = places[id(note)]
        marker = note.optional_text("text")
        if _MARKER.fullmatch(marker) and text[start:end] == marker:
            text = text[:start] + text[end:]
    found = [_citation(note, places) for note in cited]
    plain, moved = without_markers(text)
    return plain, [replace(c, at=c.at and moved(c.at)) for c in found]


def _citation(note: Sent, places: Mapping[int, tuple[int, int]]) -> Citation:
    start, _ = places[id(note)]
    before = sum(end - since for since, end in places.values() if since < start)
    name = _name(note.optional_text("text"))
    id_ = note.part("file_citation").optional_text("file_id") or name
    return Citation(DocumentId(id_), name, start - before or None)


def _name(marker: str) -> str:
    name = marker.rpartition("†")[2].strip("【】[] ")
    return name if name and name != "source" else _NAMELESS
