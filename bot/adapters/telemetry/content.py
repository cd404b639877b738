"""What is said, as the conventions want it in spans: only where operators ask for it."""

import json
from collections.abc import Sequence

from bot.adapters.telemetry import conventions as names
from bot.json_types import Json
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    ModelSaid,
    Prompt,
    Responded,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)


def of_request(prompt: Prompt) -> dict[str, str]:
    """Return the attributes with what *prompt* says."""
    return {
        names.INSTRUCTIONS: _json([_text(prompt.instructions)]),
        names.INPUT_MESSAGES: _json([_message(item) for item in prompt.items]),
    }


def of_response(response: Responded) -> dict[str, str]:
    """Return the attributes with what *response* says."""
    reason = "length" if response.cut else "stop"
    said = {"role": "assistant", "parts": [_text(response.text)], "finish_reason": reason}
    return {names.OUTPUT_MESSAGES: _json([said])}


def _message(item: Item) -> Json:
    match item:
        case UserSaid(text):
            return {"role": "user", "parts": [_text(text)]}
        case ModelSaid(text=text):
            return {"role": "assistant", "parts": [_text(text)]}
        case ToolCalled(id_, tool, arguments):
            call = {"type": "tool_call", "id": id_, "name": tool, "arguments": dict(arguments)}
            return {"role": "assistant", "parts": [call]}
        case ToolAnswered(id_, output):
            answer = {"type": "tool_call_response", "id": id_, "response": output}
            return {"role": "tool", "parts": [answer]}
        case ApprovalGiven(reason=reason):
            return {"role": "user", "parts": [_text(reason)]}
        case _:
            return {"role": "assistant", "parts": []}


def _text(text: str) -> Json:
    return {"type": "text", "content": text}


def _json(value: Sequence[Json]) -> str:
    return json.dumps(value, ensure_ascii=False)
