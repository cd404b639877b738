"""What is said between us and a model, in the API's own shapes, and back."""

import json
from base64 import b64encode
from collections.abc import Sequence

from openai.types.conversations import ConversationItem
from openai.types.responses import (
    FunctionToolParam,
    ResponseInputContentParam,
    ResponseInputItemParam,
)
from openai.types.responses.response_output_text import AnnotationFileCitation

from bot.panel.exchange import (
    Attachment,
    Item,
    ModelSaid,
    Source,
    StoredItem,
    Tool,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.model import CallId, Citation, DocumentId

_FIRST_PLACE = 20  # in a text; a smaller index counts documents, as some servers have it


def to_api(item: Item) -> ResponseInputItemParam:
    """Return *item* as an input item."""
    match item:
        case UserSaid(text, ()):
            return {"type": "message", "role": "user", "content": text}
        case UserSaid(text, attachments):
            content = [_text(text), *map(_attached, attachments)]
            return {"type": "message", "role": "user", "content": content}
        case ModelSaid(text):
            return {"type": "message", "role": "assistant", "content": text}
        case ToolCalled(call_id, tool, arguments):
            told = json.dumps(dict(arguments), ensure_ascii=False)
            return {"type": "function_call", "call_id": call_id, "name": tool, "arguments": told}
        case ToolAnswered(call_id, output):
            return {"type": "function_call_output", "call_id": call_id, "output": output}


def _text(text: str) -> ResponseInputContentParam:
    return {"type": "input_text", "text": text}


def _attached(attachment: Attachment) -> ResponseInputContentParam:
    """Return an image or a document, whole: a file uploaded for it would be ours to delete."""
    data = b64encode(attachment.content).decode()
    url = f"data:{attachment.media_type};base64,{data}"
    if attachment.media_type.startswith("image/"):
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    return {"type": "input_file", "filename": attachment.name, "file_data": url}


def from_api(item: ConversationItem) -> Item | None:
    """Return a conversation's item in our words; None for kinds that we have no word for."""
    match item.type:
        case "message" if item.role == "user":
            return UserSaid(text_of(item.content))
        case "message" if item.role == "assistant" and item.status != "incomplete":
            return model_said(item.content)
        case "function_call":
            return tool_called(item.call_id, item.name, item.arguments)
        case "function_call_output" if item.call_id:
            return ToolAnswered(CallId(item.call_id), text_of(item.output))
        case _:
            return None


def stored_from_api(item: ConversationItem) -> StoredItem | None:
    """Return a conversation's item in our words, with what the model's side did by itself."""
    if item.type == "mcp_call":
        return ToolUsed(f"{item.server_label}: {item.name}")
    if item.type.endswith("_call") and item.type != "function_call":
        return ToolUsed(item.type.removesuffix("_call"))
    return from_api(item)


def tool_called(call_id: str, name: str, arguments: str) -> ToolCalled:
    """Return a call; arguments that are not a JSON object of strings are left out."""
    try:
        told = json.loads(arguments)
    except ValueError:
        told = {}
    strings = told.items() if isinstance(told, dict) else ()
    return ToolCalled(CallId(call_id), name, {k: v for k, v in strings if isinstance(v, str)})


def function_tool(tool: Tool) -> FunctionToolParam:
    """Return *tool* as a strict function tool."""
    properties = {
        name: {"type": "string", "description": text} for name, text in tool.parameters.items()
    }
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
        "strict": True,
    }


def model_said(parts: Sequence[object]) -> ModelSaid:
    """Return a message of the model with what it cites."""
    text = ""
    citations: list[Citation] = []
    for part in parts:
        annotations = getattr(part, "annotations", None) or ()
        cited = (one for one in annotations if one.type == "file_citation")
        citations += [_citation(one, len(text)) for one in cited]
        text += text_of([part])
    return ModelSaid(text, tuple(citations), _sources(parts))


def _citation(annotation: AnnotationFileCitation, start: int) -> Citation:
    index = annotation.index
    at = start + index if isinstance(index, int) and index >= _FIRST_PLACE else None
    return Citation(DocumentId(annotation.file_id), annotation.filename or "…", at)


def text_of(content: str | Sequence[object]) -> str:
    """Return the text of a message's parts; a refusal is what the model said, too."""
    if isinstance(content, str):
        return content
    parts = (getattr(part, "text", None) or getattr(part, "refusal", None) for part in content)
    return "".join(part for part in parts if part)


def _sources(content: Sequence[object]) -> tuple[Source, ...]:
    """Return what a message cites, each source once."""
    cited = [note for part in content for note in getattr(part, "annotations", None) or ()]
    sources = (_source(note) for note in cited)
    return tuple(dict.fromkeys(source for source in sources if source))


def _source(note: object) -> Source | None:
    title = getattr(note, "title", None) or getattr(note, "filename", None)
    url = getattr(note, "url", None) or ""
    return Source(title or url, url) if title or url else None
