"""What rows of the tables are made of: what a server sends, and what must come of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.panel.errors import ModelFault, PanelError
from bot.panel.language_model.exchange import Item, ModelEvent
from tests.dialects.server import Answers, Dialect, Http, Json, Sse


@dataclass(frozen=True)
class Outcome:
    """What our adapter must make of one turn; what is None may be anything."""

    text: str | None = None  # of Responded, or what was written before the error
    calls: Sequence[tuple[str, Mapping[str, str]]] | None = None  # tool, arguments
    error: type[PanelError] | None = None
    fault: ModelFault | None = None
    check: Callable[[Sequence[ModelEvent]], None] | None = None  # asserts more of the events


@dataclass(frozen=True)
class Row:
    """What a dialect does, and the outcome for each turn; each turn takes the next answer."""

    id: str
    dialect: Dialect
    does: str
    source: str  # where that is known from: a link, an issue, or "[ran]" with the version
    answers: Answers
    outcomes: Sequence[Outcome]
    backends: Sequence[str] = ("conversations", "stateless")
    turns: Sequence[Sequence[Item]] = ()  # what we say in each; else a question each
    requests: int | None = None  # how many requests for responses that takes
    asked_last: Collection[str] = ()  # fields that the last request has


@dataclass(frozen=True)
class ThreadRow:
    """The same with the whole bot: Ada says something, and all that she reads is *said*.

    *answers* are by who asks: "router", or a word of an expert's instructions ("legal", "finance").
    """

    id: str
    dialect: Dialect
    does: str
    source: str
    answers: Mapping[str, Answers]
    said: Sequence[tuple[str, str]]  # who ("Panelbot", "Legal Counsel", …) and what, in order
    asks: Sequence[str] = ("please ask legal and finance",)  # one thread; each awaits the last
    backend: str = "stateless"
    absent: Sequence[str] = ()  # must be in no message
    is_in_order: bool = False  # else answers of experts may change places
    elsewhere: Mapping[str, Sequence[Http | Sse]] = field(default_factory=dict)  # see DialectServer
    environ: Mapping[str, str] = field(default_factory=dict)


# The least that a sound server sends; rows change it.


def created(id_: str = "resp_1") -> Json:
    """Return the first event."""
    response = {"id": id_, "object": "response", "status": "in_progress", "output": []}
    return {"type": "response.created", "response": response}


def delta(text: str, index: int = 0, item: str = "msg_1") -> Json:
    """Return a piece of text."""
    where = {"item_id": item, "output_index": index, "content_index": 0}
    return {"type": "response.output_text.delta", **where, "delta": text}


def message(text: str | None, **more: Any) -> Json:
    """Return a message of the model."""
    part = {"type": "output_text", "text": text, "annotations": []}
    body = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    return body | {"content": [part]} | more


def call(name: str | None, arguments: Any, call_id: str | None = "call_1", **more: Any) -> Json:
    """Return a call of a function; *arguments* as they are, usually a text of JSON."""
    body = {"id": "fc_1", "type": "function_call", "status": "completed"}
    return body | {"call_id": call_id, "name": name, "arguments": arguments} | more


def added(item: Json, index: int = 0) -> Json:
    """Return the event by which an item begins."""
    begun = item | {"status": "in_progress"}
    if item["type"] == "function_call":
        begun["arguments"] = ""
    return {"type": "response.output_item.added", "output_index": index, "item": begun}


def arguments_done(item: Json, index: int = 0) -> Json:
    """Return the event by which a call's arguments are complete."""
    where = {"item_id": item.get("id"), "output_index": index}
    done = {"type": "response.function_call_arguments.done", **where}
    return done | {"arguments": item["arguments"]}


def done(item: Json, index: int = 0) -> Json:
    """Return the event by which an item is complete."""
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def ended(*output: Json, kind: str = "completed", **more: Any) -> Json:
    """Return the terminal event; *more* are fields of its response."""
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    response = {"id": "resp_1", "object": "response", "status": kind, "model": "some-model"}
    response |= {"output": list(output), "usage": usage, "error": None} | more
    return {"type": f"response.{kind}", "response": response}


def says(text: str) -> list[Json]:
    """Return all events of a plain answer."""
    item = message(text)
    return [created(), added(item | {"content": []}), delta(text), done(item), ended(item)]


def calls(*items: Json) -> list[Json]:
    """Return all events of an answer of calls."""
    events = [created()]
    for index, item in enumerate(items):
        events += [added(item, index), arguments_done(item, index), done(item, index)]
    return [*events, ended(*items)]


def refused(message_: str, **more: Any) -> Json:
    """Return an error's body as OpenAI writes it."""
    error = {"message": message_, "type": "invalid_request_error", "param": None, "code": None}
    return {"error": error | more}
