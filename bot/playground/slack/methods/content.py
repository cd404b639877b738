"""Whether what is to be posted fits: text, blocks and metadata."""

import json
from collections.abc import Mapping
from typing import Any

from bot.playground.slack.arguments import ApiError
from bot.playground.slack.workspace import Json

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
LONGEST_TEXT = 40_000
LONGEST_MARKDOWN = 12_000  # all markdown blocks of a message together
_LONGEST = {"header": 150, "section": 3_000}
_KINDS = frozenset(
    {
        "actions", "alert", "card", "carousel", "container", "context", "context_actions",
        "data_table", "data_visualization", "divider", "file", "header", "image", "input",
        "markdown", "plan", "rich_text", "section", "table", "task_card", "video",
    }
)  # fmt: skip
_TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})


def check_message(args: Json) -> None:
    """Raise ApiError if *args* do not make a message."""
    blocks = args.get("blocks") or []
    has_text = args.get("text") or args.get("markdown_text")
    if not has_text and not blocks and not args.get("attachments") and "files" not in args:
        raise ApiError("no_text")
    if len(args.get("text") or "") > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    if args.get("markdown_text") and (blocks or args.get("text")):
        raise ApiError("markdown_text_conflict")
    check_blocks(blocks, MOST_BLOCKS)
    check_metadata(args.get("metadata"))


def check_blocks(blocks: Any, most: int) -> None:
    """Raise ApiError if *blocks* are not well formed."""
    if not isinstance(blocks, list) or len(blocks) > most:
        raise ApiError("invalid_blocks", f"[ERROR] no more than {most} items allowed")
    for number, block in enumerate(blocks):
        problem = _problem(block)
        if problem:
            raise ApiError("invalid_blocks", f"[ERROR] {problem} [json-pointer:/blocks/{number}]")
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(ids)) < len(ids):
        raise ApiError("invalid_blocks", "[ERROR] `block_id` already exists")
    written = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if written > LONGEST_MARKDOWN:
        raise ApiError("msg_blocks_too_long", "[ERROR] markdown text is too long")


def _problem(block: Any) -> str:
    if not isinstance(block, dict) or block.get("type") not in _KINDS:
        return "unsupported type"
    match block:
        case {"type": "markdown"}:
            return "" if isinstance(block.get("text"), str) and block["text"] else "no text"
        case {"type": "section" | "header" as kind}:
            return _text_problem(block, _LONGEST[kind])
        case {"type": "plan"}:
            tasks = block.get("tasks", [])
            return "" if block.get("title") and all(map(_is_task, tasks)) else "not a plan"
        case {"type": "task_card"}:
            return "" if _is_task(block) else "not a task"
        case {"type": "actions" | "context" | "context_actions"}:
            return "" if 1 <= len(block.get("elements", [])) <= 25 else "no elements"
        case {"type": "input"}:
            return "" if block.get("label") and block.get("element") else "no label or element"
        case _:
            return ""


def _text_problem(block: Mapping[str, Any], longest: int) -> str:
    text = block.get("text")
    if text is None:
        fields = block.get("fields")
        return "" if fields and len(fields) <= 10 else "no text"
    if not isinstance(text, dict) or not text.get("text"):
        return "no text"
    return "" if len(text["text"]) <= longest else f"must be less than {longest + 1} characters"


def _is_task(task: Any) -> bool:
    return (
        isinstance(task, dict)
        and task.get("type") == "task_card"
        and bool(task.get("task_id"))
        and bool(task.get("title"))
        and task.get("status") in _TASK_STATES
    )


def check_metadata(metadata: Any) -> None:
    """Raise ApiError if *metadata* are not an event type and a flat payload."""
    if metadata is None:
        return
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise ApiError("invalid_metadata_format")
    payload = metadata["event_payload"]
    flat = isinstance(payload, dict) and not any(isinstance(v, dict) for v in payload.values())
    if not isinstance(metadata["event_type"], str) or not flat:
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > 8_000:
        raise ApiError("metadata_too_large")
