"""Writing one response, event by event."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from bot.playground.openai.brain import (
    Call,
    Cut,
    Fail,
    Garble,
    Incomplete,
    Pause,
    Reply,
    Step,
    Text,
)
from bot.playground.openai.state import Json, count_tokens, new_id, text_of

_PIECE = 24  # characters of a text in one delta


@dataclass(slots=True)
class Latency:
    """How long the model takes, in seconds."""

    first: Callable[[Json], float] = lambda _: 0.0  # before it begins, by the request's body
    call: float = 0.0  # for each function call
    piece: float = 0.0  # for each piece of a text


class Broken(Exception):
    """The stream breaks off here."""

    def __init__(self, step: Cut | Garble) -> None:
        super().__init__()
        self.step = step


@dataclass(slots=True)
class Writing:
    """A response while it is being written."""

    body: Json
    shown: Json
    latency: Latency
    output: list[Json] = field(default_factory=list)
    sequence: int = 0

    def event(self, kind: str, **more: Any) -> Json:
        """Return the next event."""
        self.sequence += 1
        return {"type": kind, "sequence_number": self.sequence - 1, **more}

    def state(self, kind: str) -> Json:
        """Return an event that carries the whole response."""
        return self.event(kind, response=self.snapshot())

    def snapshot(self) -> Json:
        """Return the response as it is now."""
        return {**self.shown, "output": [dict(item) for item in self.output]}


async def write(writing: Writing, reply: Reply) -> AsyncIterator[Json]:
    """Yield the events of a response that follows *reply*."""
    yield writing.state("response.created")
    yield writing.state("response.in_progress")
    await _sleep(writing.latency.first(writing.body))
    for step in reply:
        async for event in _play(writing, step):
            yield event
        if isinstance(step, Fail | Incomplete):
            return
    writing.shown["status"] = "completed"
    writing.shown["completed_at"] = int(time.time())
    yield writing.state("response.completed")


async def _play(writing: Writing, step: Step) -> AsyncIterator[Json]:
    match step:
        case Text(text):
            async for event in _write_text(writing, text):
                yield event
        case Call():
            async for event in _write_call(writing, step):
                yield event
        case Pause(seconds):
            await _sleep(seconds)
        case Fail(code):
            writing.shown["status"] = "failed"
            writing.shown["error"] = {"code": code, "message": "The model failed."}
            yield writing.state("response.failed")
        case Incomplete(reason):
            writing.shown["status"] = "incomplete"
            writing.shown["incomplete_details"] = {"reason": reason}
            yield writing.state("response.incomplete")
        case Cut() | Garble():
            raise Broken(step)


async def _write_text(writing: Writing, text: str) -> AsyncIterator[Json]:
    index = len(writing.output)
    item: Json = {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "status": "in_progress",
        "content": [],
    }
    writing.output.append(item)
    place = {"item_id": item["id"], "output_index": index, "content_index": 0}
    yield writing.event("response.output_item.added", output_index=index, item=dict(item))
    yield writing.event("response.content_part.added", **place, part=_part(""))
    for start in range(0, len(text), _PIECE):
        await _sleep(writing.latency.piece)
        delta = text[start : start + _PIECE]
        yield writing.event("response.output_text.delta", **place, delta=delta, logprobs=[])
    yield writing.event("response.output_text.done", **place, text=text, logprobs=[])
    yield writing.event("response.content_part.done", **place, part=_part(text))
    item |= {"status": "completed", "content": [_part(text)]}
    yield writing.event("response.output_item.done", output_index=index, item=dict(item))


async def _write_call(writing: Writing, call: Call) -> AsyncIterator[Json]:
    index = len(writing.output)
    told = call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments))
    item: Json = {
        "id": new_id("fc"),
        "type": "function_call",
        "status": "in_progress",
        "call_id": call.call_id or f"call_{token_hex(12)}",
        "name": call.name,
        "arguments": "",
    }
    writing.output.append(item)
    place = {"item_id": item["id"], "output_index": index}
    yield writing.event("response.output_item.added", output_index=index, item=dict(item))
    await _sleep(writing.latency.call)
    yield writing.event("response.function_call_arguments.delta", **place, delta=told)
    yield writing.event(
        "response.function_call_arguments.done", **place, name=call.name, arguments=told
    )
    item |= {"status": "completed", "arguments": told}
    yield writing.event("response.output_item.done", output_index=index, item=dict(item))


def new_response(body: Json, conversation: str | None, seen: list[Json]) -> Json:
    """Return a response that has just begun."""
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "completed_at": None,
        "status": "in_progress",
        "background": bool(body.get("background")),
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": body["model"],
        "output": [],
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "conversation": {"id": conversation} if conversation else None,
        "prompt_cache_key": body.get("prompt_cache_key"),
        "safety_identifier": body.get("safety_identifier"),
        "reasoning": {"effort": (body.get("reasoning") or {}).get("effort"), "summary": None},
        "service_tier": "default",
        "store": body.get("store", True) is not False,
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools") or [],
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation", "disabled"),
        "usage": None,
        "metadata": body.get("metadata") or {},
    }


def usage(body: Json, seen: list[Json], output: list[Json]) -> Json:
    """Return about how many tokens were read and written; all but the new input was cached."""
    tools = json.dumps(body.get("tools") or [])
    read = count_tokens(body.get("instructions") or "", tools, *(text_of(i) for i in seen))
    written = sum(count_tokens(text_of(i), i.get("arguments", "")) for i in output)
    return {
        "input_tokens": read,
        "input_tokens_details": {
            "cached_tokens": read // 128 * 128 if read >= 1024 else 0,
            "cache_write_tokens": 0,
        },
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


async def _sleep(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)
