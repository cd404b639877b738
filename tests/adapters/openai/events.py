"""Events and items as the API sends them."""

import json
from typing import Any

from bot.json_types import Json

USAGE: Json = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 0},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 10},
    "total_tokens": 150,
}


def message(text: str, *, id_: str = "msg_1", role: str = "assistant") -> Json:
    kind = "output_text" if role == "assistant" else "input_text"
    part: Json = {"type": kind, "text": text}
    if role == "assistant":
        part |= {"annotations": [], "logprobs": []}
    return {
        "id": id_,
        "type": "message",
        "role": role,
        "status": "completed",
        "content": [part],
    }


def citing(text: str, **cited: int) -> Json:
    """Return a message that cites ``name.md`` for each name, at a place in the text."""
    body = message(text)
    body["content"][0]["annotations"] = [
        {
            "type": "file_citation",
            "file_id": f"file-{name}",
            "filename": f"{name}.md",
            "index": index,
        }
        for name, index in cited.items()
    ]
    return body


def searched(*found: tuple[str, str], id_: str = "fs_1") -> Json:
    """Return a search that found (name, text)."""
    results = [
        {
            "file_id": f"file-{name}",
            "filename": f"{name}.md",
            "text": text,
            "attributes": {},
            "score": 0.5,
        }
        for name, text in found
    ]
    return {
        "id": id_,
        "type": "file_search_call",
        "status": "completed",
        "queries": ["holiday"],
        "results": results,
    }


def refusal(text: str) -> Json:
    return message("") | {"content": [{"type": "refusal", "refusal": text}]}


def call(call_id: str, tool: str = "ask_legal", *, id_: str = "", **arguments: str) -> Json:
    return {
        "id": id_ or f"fc_{call_id}",
        "type": "function_call",
        "call_id": call_id,
        "name": tool,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }


def output(call_id: str, text: str = "Yes.") -> Json:
    return {
        "id": f"fco_{call_id}",
        "type": "function_call_output",
        "call_id": call_id,
        "output": text,
        "status": "completed",
    }


def reasoning(id_: str = "rs_1") -> Json:
    return {"id": id_, "type": "reasoning", "summary": []}


def response(*items: Json, **changes: Any) -> Json:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "gpt-6-luna",
        "output": list(items),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": USAGE,
    } | changes


def completed(*items: Json, **changes: Any) -> Json:
    return {"type": "response.completed", "response": response(*items, **changes)}


def failed(code: str | None, message_: str = "secret words") -> Json:
    error = None if code is None else {"code": code, "message": message_}
    return {"type": "response.failed", "response": response(status="failed", error=error)}


def incomplete(reason: str | None) -> Json:
    details = None if reason is None else {"reason": reason}
    body = response(status="incomplete", incomplete_details=details)
    return {"type": "response.incomplete", "response": body}


def delta(text: str, index: int = 0) -> Json:
    return {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": index,
        "content_index": 0,
        "delta": text,
        "logprobs": [],
    }


def item_added(item: Json, index: int = 0) -> Json:
    unfinished = item | {"status": "in_progress"}
    if item["type"] == "function_call":
        unfinished["arguments"] = ""
    return {"type": "response.output_item.added", "output_index": index, "item": unfinished}


def item_done(item: Json, index: int = 0) -> Json:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def arguments_done(item: Json, index: int = 0) -> Json:
    return {
        "type": "response.function_call_arguments.done",
        "item_id": item["id"],
        "output_index": index,
        "arguments": item["arguments"],
    }


def page(*items: Json) -> Json:
    """Return a list of items, newest first."""
    return {
        "object": "list",
        "data": list(items),
        "has_more": False,
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
    }


def error(message_: str, *, code: str | None = None, param: str | None = None) -> Json:
    return {
        "error": {
            "message": message_,
            "type": "invalid_request_error",
            "param": param,
            "code": code,
        }
    }
