"""The domain's items and tools as the API takes them."""

import json
import re
from collections.abc import Sequence

from bot.adapters.openai.file_bodies import FileUrl
from bot.adapters.openai.reading.call_ids import as_sent
from bot.json_types import Json
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Attachment,
    Item,
    ModelSaid,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.model import ToolName
from bot.panel.tools import ApprovalWanted, Toolbox

_NO_NAME = re.compile(r"[^\w-]", re.ASCII)
_LONGEST_NAME = 64


def tools_lacking(name: str, allowed: Toolbox) -> Sequence[ToolName]:
    """Return what the backend called *name* certainly cannot offer of what is *allowed*."""
    return allowed.names if name == "assistants" else ()


def to_api(item: Item) -> Json:
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
            text, id_ = json.dumps(dict(arguments), ensure_ascii=False), as_sent(call_id)
            name = function_name(tool)
            return {"type": "function_call", "call_id": id_, "name": name, "arguments": text}
        case ToolAnswered(call_id, output):
            id_ = as_sent(call_id)
            return {"type": "function_call_output", "call_id": id_, "output": output}
        case ApprovalWanted():
            return _wanted_to_api(item)
        case ApprovalGiven(request, approved, reason):
            given = {"approval_request_id": request, "approve": approved, "reason": reason}
            return {"type": "mcp_approval_response", **given}


def function_name(tool: str) -> str:
    """Return *tool*, as a model has called it, as a name that a server takes back."""
    return _NO_NAME.sub("_", tool)[:_LONGEST_NAME] or "unknown"


def _wanted_to_api(wanted: ApprovalWanted) -> Json:
    return {
        "type": "mcp_approval_request",
        "id": wanted.request,
        "server_label": wanted.server,
        "name": wanted.tool,
        "arguments": wanted.arguments,
    }


def _text(text: str) -> Json:
    return {"type": "input_text", "text": text}


def _attached(attachment: Attachment) -> Json:
    """Return an image or a document, whole: a file uploaded for it would be ours to delete."""
    url = FileUrl.of(attachment.media_type, attachment.content)
    if attachment.media_type.startswith("image/"):
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    return {"type": "input_file", "filename": attachment.name, "file_data": url}


def function_tool(tool: Tool, *, is_strict: bool = True) -> Json:
    """Return *tool* as a function tool; a strict one lets the model write valid arguments only."""
    properties = {
        name: {"type": "string", "description": text, **_choices(tool.choices.get(name))}
        for name, text in tool.parameters.items()
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


def _choices(values: Sequence[str] | None) -> dict[str, list[str]]:
    return {"enum": [*values]} if values else {}
