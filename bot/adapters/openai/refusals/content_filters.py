"""Whose text a content filter has stopped, where the server (Azure) says so.

``prompt_filter_results`` has one entry for each message that was looked at, the oldest first;
``content_filters`` says whether it was the prompt or the answer.
"""

import json
from collections.abc import Iterator, Mapping

from bot.adapters.openai.refusals.complaints import Complaint
from bot.panel.errors import ModelFault


def narrowed(complaint: Complaint, request: bytes | None) -> ModelFault:
    """Return whether the filter stopped what is asked now, or what was said before."""
    body = complaint.body
    if any(_is_blocked_answer(one) for one in _lists(body, "content_filters")):
        return ModelFault.FILTERED_QUESTION
    results = {
        index: _is_filtered(result)
        for result in _lists(body, "prompt_filter_results")
        if isinstance(index := result.get("prompt_index"), int)
    }
    stopped = [index for index, is_filtered in results.items() if is_filtered]
    if not stopped:
        return ModelFault.FILTERED
    last = max(max(results), _inputs(request) - 1)
    if last == 0:
        return ModelFault.FILTERED
    is_current = max(stopped) >= last
    return ModelFault.FILTERED_QUESTION if is_current else ModelFault.FILTERED_BEFORE


def _inputs(request: bytes | None) -> int:
    """Return how many messages the request has, if all that was said is in it."""
    try:
        body = json.loads(request or b"")
    except ValueError:
        return 0
    is_whole = isinstance(body, dict) and not body.get("conversation")
    items = body.get("input") if is_whole else None
    return len(items) if isinstance(items, list) else 0


def _lists(body: object, name: str, depth: int = 0) -> Iterator[Mapping[str, object]]:
    if isinstance(body, Mapping) and depth < 5:
        for key, value in body.items():
            if key == name and isinstance(value, list):
                yield from (entry for entry in value if isinstance(entry, Mapping))
            else:
                yield from _lists(value, name, depth + 1)


def _is_blocked_answer(entry: Mapping[str, object]) -> bool:
    return entry.get("source_type") == "completion" and bool(entry.get("blocked"))


def _is_filtered(result: Mapping[str, object]) -> bool:
    kinds = result.get("content_filter_results") or result.get("content_filter_result")
    if not isinstance(kinds, Mapping):
        return False
    return any(isinstance(kind, Mapping) and kind.get("filtered") for kind in kinds.values())
