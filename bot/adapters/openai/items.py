"""Converting items of conversations between the domain's types and the API's."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlsplit

from openai.types.conversations import ConversationItem, conversation_item
from openai.types.conversations.conversation_item import ImageGenerationCall as StoredImage
from openai.types.responses import (
    FunctionToolParam,
    ResponseInputContentParam,
    ResponseInputItemParam,
    response_output_item,
)
from openai.types.responses.response_input_item_param import (
    McpApprovalRequest,
    McpApprovalResponse,
)
from openai.types.responses.response_output_item import ImageGenerationCall
from openai.types.responses.response_output_text import (
    AnnotationContainerFileCitation,
    AnnotationFileCitation,
    AnnotationURLCitation,
)

from bot.adapters.openai.leaks.leaks import without_leaks
from bot.panel.language_model.exchange import (
    ApprovalGiven,
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
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, Citation, DocumentId, RequestId
from bot.panel.tools import ApprovalWanted

RequestForApproval = response_output_item.McpApprovalRequest | conversation_item.McpApprovalRequest

Image = ImageGenerationCall | StoredImage  # the same, in a response and in a conversation

_IMAGES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}
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
            text = json.dumps(dict(arguments), ensure_ascii=False)
            return {"type": "function_call", "call_id": call_id, "name": tool, "arguments": text}
        case ToolAnswered(call_id, output):
            return {"type": "function_call_output", "call_id": call_id, "output": output}
        case ApprovalWanted():
            return _wanted_to_api(item)
        case ApprovalGiven(request, approved, reason):
            given = {"approval_request_id": request, "approve": approved, "reason": reason}
            return cast("McpApprovalResponse", {"type": "mcp_approval_response", **given})


def _wanted_to_api(wanted: ApprovalWanted) -> McpApprovalRequest:
    return {
        "type": "mcp_approval_request",
        "id": wanted.request,
        "server_label": wanted.server,
        "name": wanted.tool,
        "arguments": wanted.arguments,
    }


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
    """Return a conversation's item as the domain's; None for kinds that it does not know."""
    match item.type:
        case "message" if item.role == "user":
            return UserSaid(text_of(item.content))
        case "message" if item.role == "assistant" and item.status != "incomplete":
            return model_said(item.content)
        case "image_generation_call":
            return image_made(item)
        case "function_call":
            return tool_called(item.call_id, item.name, item.arguments)
        case "mcp_approval_request":
            return approval_wanted(item)
        case "mcp_approval_response":
            request = RequestId(item.approval_request_id)
            return ApprovalGiven(request, item.approve, item.reason or "")
        case "function_call_output" if item.call_id:
            return ToolAnswered(CallId(item.call_id), text_of(item.output))
        case _:
            return None


def stored_from_api(item: ConversationItem) -> Iterator[StoredItem]:
    """Yield a conversation's item as the domain's, after the hosted tools that the model used."""
    if item.type == "mcp_call":
        yield ToolUsed(f"{item.server_label}: {item.name}")
    elif item.type.endswith("_call") and item.type != "function_call":
        yield ToolUsed(item.type.removesuffix("_call"))
    if (converted := from_api(item)) is not None:
        yield converted


def approval_wanted(item: RequestForApproval) -> ApprovalWanted:
    """Return a request for approval."""
    id_ = RequestId(item.id)
    return ApprovalWanted(id_, item.server_label, item.name, item.arguments)


def tool_called(call_id: str, name: str, arguments: str) -> ToolCalled:
    """Return a call; arguments that are not a JSON object of strings are left out."""
    try:
        parsed = json.loads(arguments)
    except ValueError:
        parsed = {}
    pairs = parsed.items() if isinstance(parsed, dict) else ()
    return ToolCalled(CallId(call_id), name, {k: v for k, v in pairs if isinstance(v, str)})


def function_tool(tool: Tool, *, is_strict: bool = True) -> FunctionToolParam:
    """Return *tool* as a function tool; a strict one lets the model write valid arguments only."""
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
        "strict": is_strict,
    }


def model_said(parts: Sequence[object]) -> ModelSaid:
    """Return a message of the model with what it cites."""
    text = ""
    citations: list[Citation] = []
    files: dict[str, MadeFile] = {}
    for part in parts:
        for note in getattr(part, "annotations", None) or ():
            match note.type:
                case "file_citation":
                    citations.append(_citation(note, len(text)))
                case "url_citation":
                    citations.append(_page(note, len(text)))
                case "container_file_citation":
                    files[note.file_id] = _made(note)
        text += text_of([part])
    said = ModelSaid(text, tuple(citations), _sources(parts), tuple(files.values()))
    return without_leaks(said)


def _citation(annotation: AnnotationFileCitation, start: int) -> Citation:
    index = annotation.index
    at = start + index if isinstance(index, int) and index >= _FIRST_PLACE else None
    return Citation(DocumentId(annotation.file_id), annotation.filename or "…", at)


def _page(annotation: AnnotationURLCitation, start: int) -> Citation:
    url, since, until = annotation.url, annotation.start_index, annotation.end_index
    place = start + until if until else None  # some servers say nothing of it
    return Citation(
        DocumentId(url),
        annotation.title or urlsplit(url).hostname or "…",
        place,
        url,
        start + since if place is not None and since < until else None,
    )


def _made(annotation: AnnotationContainerFileCitation) -> MadeFile:
    name = annotation.filename.rpartition("/")[2] or annotation.file_id
    return MadeFile(annotation.file_id, name, container=annotation.container_id)


def image_made(item: Image) -> ModelSaid | None:
    """Return a message with the image that the model has drawn; None if it has drawn none."""
    if not item.result:
        return None
    content = image_of(item)
    kind = next((kind for mark, kind in _IMAGES.items() if content.startswith(mark)), "png")
    about = getattr(item, "revised_prompt", None) or ""
    return ModelSaid("", files=(MadeFile(item.id, f"image.{kind}", str(about)),))


def image_of(item: Image) -> bytes:
    """Return the image that the model has drawn."""
    return b64decode(item.result or "")


def text_of(content: str | Sequence[object]) -> str:
    """Return the text of a message's parts; a refusal is what the model said, too."""
    if isinstance(content, str):
        return content
    parts = (getattr(part, "text", None) or getattr(part, "refusal", None) for part in content)
    return "".join(part for part in parts if part)


def _sources(content: Sequence[object]) -> tuple[Source, ...]:
    """Return what a message cites, each source once."""
    notes = (note for part in content for note in getattr(part, "annotations", None) or ())
    cited = [note for note in notes if note.type != "container_file_citation"]
    sources = (_source(note) for note in cited)
    return tuple(dict.fromkeys(source for source in sources if source))


def _source(note: object) -> Source | None:
    title = getattr(note, "title", None) or getattr(note, "filename", None)
    url = getattr(note, "url", None) or ""
    return Source(title or url, url) if title or url else None
