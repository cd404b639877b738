"""Items of conversations and responses as servers send them, in the domain's terms.

They come in the shapes of many servers: see ``sent.py``. An item that makes no sense is left out.
"""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.adapters.openai import one_tool
from bot.adapters.openai.reading import message_parts
from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.sent import Sent, sent_all
from bot.characters import whole
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, RequestId
from bot.panel.tools import ApprovalWanted

_IMAGES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}


class ItemReader:
    """Reads the items of one conversation, the oldest first, so that calls and outputs pair up."""

    def __init__(self) -> None:
        self._ids = CallIds()

    def read(self, item: Sent) -> Iterator[StoredItem]:
        """Yield *item*, after the hosted tool that the model used."""
        kind = kind_of(item)
        if kind == "mcp_call":
            yield ToolUsed(f"{item.text('server_label')}: {item.text('name')}")
        elif kind.endswith("_call") and kind != "function_call":
            yield ToolUsed(kind.removesuffix("_call"))
        if (converted := self._converted(item, kind)) is not None:
            yield converted

    def _converted(self, item: Sent, kind: str) -> Item | None:
        match kind:
            case "message":
                return self._message(item)
            case "image_generation_call":
                return image_made(item)
            case "function_call":
                id_ = self._ids.of_call(item.optional_text("call_id"), item.optional_text("id"))
                return tool_called(id_, item.text("name"), item.raw("arguments"))
            case "function_call_output":
                id_ = self._ids.of_output(item.text("call_id"))
                return ToolAnswered(id_, message_parts.text_of(item, "output")) if id_ else None
            case "mcp_approval_request":
                return approval_wanted(item)
            case "mcp_approval_response":
                request, approved = item.text("approval_request_id"), item.raw("approve") is True
                reason = item.optional_text("reason")
                return ApprovalGiven(RequestId(request), approved, reason) if request else None
            case _:
                return None

    def _message(self, item: Sent) -> UserSaid | ModelSaid | None:
        match item.optional_text("role"):
            case "user":
                self._ids.end_response()
                return UserSaid(message_parts.text_of(item, "content"))
            case "assistant" | "":
                is_cut = item.optional_text("status") == "incomplete"
                return replace(message_parts.model_said(item), cut=is_cut)
            case _:
                return None


def read_items(items: Iterable[object]) -> list[StoredItem]:
    """Return the items of a conversation, which come with the oldest first."""
    reader = ItemReader()
    return [stored for item in sent_all(items, "item") for stored in reader.read(item)]


def kind_of(item: Sent) -> str:
    """Return the type of an item; some servers leave it out."""
    if kind := item.optional_text("type"):
        return "function_call" if kind in _CALLS else kind
    given = {name for name in _TELLING if item.raw(name) is not None}
    if {"role", "content"} & given:
        return "message"
    if {"output", "call_id"} <= given:
        return "function_call_output"
    return "function_call" if {"name", "arguments"} <= given else ""


_CALLS = ("function", "tool_call")  # as chat completions call them
_TELLING = ("role", "content", "output", "call_id", "name", "arguments")


def tool_called(id_: CallId, name: str, arguments: object) -> ToolCalled:
    """Return a call; arguments that are no JSON object, or no text in it, are left out."""
    return ToolCalled(id_, *one_tool.called(name, read_arguments(arguments)))


def read_arguments(arguments: object) -> Mapping[str, str]:
    """Return the arguments of a call as texts, from JSON or from an object as some send it."""
    for _ in range(2):  # some write JSON into JSON
        if isinstance(arguments, str):
            arguments = _parsed(arguments)
    pairs = arguments.items() if isinstance(arguments, Mapping) else ()
    return {whole(str(key)): text for key, value in pairs if (text := _argument(value)) is not None}


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _argument(value: object) -> str | None:
    match value:
        case None:
            return None
        case str():
            return whole(value)
        case _:
            return whole(json.dumps(value, ensure_ascii=False, default=str))


def approval_wanted(item: Sent) -> ApprovalWanted | None:
    """Return a request for approval; None for one that cannot be answered, without an id."""
    arguments = item.raw("arguments")
    if not isinstance(arguments, str):
        arguments = "" if arguments is None else json.dumps(arguments, default=str)
    server, tool = item.text("server_label"), item.text("name")
    request = item.text("id")
    return ApprovalWanted(RequestId(request), server, tool, arguments) if request else None


def image_made(item: Sent) -> ModelSaid | None:
    """Return a message with the image that the model has drawn; None if it has drawn none."""
    content = image_of(item)
    if not content:
        return None
    kind = next((kind for mark, kind in _IMAGES.items() if content.startswith(mark)), "png")
    about = item.optional_text("revised_prompt")
    return ModelSaid("", files=(MadeFile(item.text("id"), f"image.{kind}", about),))


def image_of(item: Sent) -> bytes:
    """Return the image that the model has drawn; nothing if there is none."""
    try:
        return b64decode(item.optional_text("result"))
    except ValueError:
        return b""
