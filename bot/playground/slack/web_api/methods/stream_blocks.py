"""The blocks of a streamed message, built from its chunks."""

from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.slack.web_api.validation.messages import MOST_BLOCKS, check_blocks

_PLAN = "stream-plan"
_TEXT = "stream-text"
_TASK_FIELDS = ("title", "status", "details", "output", "sources")


def with_chunk(blocks: Sequence[Json], chunk: Json) -> list[Json]:
    """Return *blocks* with *chunk* applied; the other blocks keep their places."""
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            return _with_text(blocks, text)
        case {"type": "task_update", "id": str(task_id)}:
            return _with_task(blocks, task_id, chunk)
        case {"type": "plan_update", "title": str(title)}:
            return _with_plan(blocks, title)
        case {"type": "blocks", "blocks": list(more)}:
            check_blocks(more, MOST_BLOCKS)
            return [*blocks, *more]
        case _:
            raise ValueError(chunk.get("type"))


def _with_text(blocks: Sequence[Json], text: str) -> list[Json]:
    last = blocks[-1] if blocks else {}
    if last.get("type") != "markdown" or not str(last.get("block_id")).startswith(_TEXT):
        block = {"type": "markdown", "block_id": f"{_TEXT}-{len(blocks)}", "text": text}
        return [*blocks, block] if text else list(blocks)
    return [*blocks[:-1], last | {"text": last["text"] + text}]


def _with_task(blocks: Sequence[Json], task_id: str, chunk: Json) -> list[Json]:
    plan = next((b for b in blocks if b.get("block_id") == _PLAN), None)
    if plan is None:
        return _updated(blocks, task_id, chunk)
    tasks = _updated(plan["tasks"], task_id, chunk)
    return [block | {"tasks": tasks} if block is plan else block for block in blocks]


def _updated(cards: Sequence[Json], task_id: str, chunk: Json) -> list[Json]:
    fields = {key: chunk[key] for key in _TASK_FIELDS if key in chunk}
    if any(card.get("task_id") == task_id for card in cards):
        return [card | fields if card.get("task_id") == task_id else card for card in cards]
    card = {"type": "task_card", "task_id": task_id, "block_id": task_id, "status": "pending"}
    return [*cards, card | fields]


def _with_plan(blocks: Sequence[Json], title: str) -> list[Json]:
    if any(block.get("block_id") == _PLAN for block in blocks):
        return [b | {"title": title} if b.get("block_id") == _PLAN else b for b in blocks]
    tasks = [block for block in blocks if block["type"] == "task_card"]
    others = [block for block in blocks if block["type"] != "task_card"]
    return [{"type": "plan", "block_id": _PLAN, "title": title, "tasks": tasks}, *others]
