"""The limits of messages: text, blocks and metadata."""

import json
from collections.abc import Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.validation.blocks import problem_of
from bot.playground.slack.web_api.validation.markdown import markdown_problem

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
LONGEST_TEXT = 40_000
LONGEST_MARKDOWN = 12_000  # all markdown blocks of a message together


def check_message(args: Json, *, strict: bool = True) -> None:
    """Raise ApiError if *args* are not a valid message; *strict*: to what is reported, too."""
    blocks = args.get("blocks") or []
    has_text = args.get("text") or args.get("markdown_text")
    if not has_text and not blocks and not args.get("attachments"):
        raise ApiError("no_text")
    if len(args.get("text") or "") > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    if len(args.get("markdown_text") or "") > LONGEST_MARKDOWN:
        raise ApiError("msg_too_long")
    if args.get("markdown_text") and (blocks or args.get("text")):
        raise ApiError("markdown_text_conflict")
    check_blocks(blocks, MOST_BLOCKS, strict=strict)
    check_markdown([args.get("markdown_text") or ""], 0, strict=strict)
    check_metadata(args.get("metadata"))


def check_blocks(blocks: Any, limit: int, *, strict: bool = True) -> None:
    """Raise ApiError if *blocks* are not well formed."""
    if not isinstance(blocks, list) or len(blocks) > limit:
        raise ApiError("invalid_blocks", f"[ERROR] no more than {limit} items allowed")
    for number, block in enumerate(blocks):
        problem = problem_of(block)
        if problem:
            raise ApiError("invalid_blocks", f"[ERROR] {problem} [json-pointer:/blocks/{number}]")
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(ids)) < len(ids):
        raise ApiError("invalid_blocks", "[ERROR] `block_id` already exists")
    markdown_length = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown_length > LONGEST_MARKDOWN:
        raise ApiError("msg_blocks_too_long", "[ERROR] markdown text is too long")
    texts = [block["text"] for block in blocks if block["type"] == "markdown"]
    if texts:  # blocks without any are limited by their number alone: a view may have a hundred
        check_markdown(texts, len(blocks) - len(texts), strict=strict)


def check_markdown(texts: Sequence[str], others: int, *, strict: bool) -> None:
    """Raise ApiError if a message of such Markdown and *others* besides it has too much in it."""
    if problem := markdown_problem(texts, others, strict=strict):
        raise ApiError("invalid_blocks", f"[ERROR] {problem}")


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
