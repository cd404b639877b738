"""Writing one response, event by event."""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from secrets import token_hex
from typing import assert_never

from bot.json_types import Json
from bot.playground.openai.items.items import new_id, output_text
from bot.playground.openai.responses import hosted_events, mcp_events
from bot.playground.openai.responses.hosted_events import citation
from bot.playground.openai.responses.response_events import Writing, added, done
from bot.playground.openai.stand_in import brain
from bot.playground.openai.stand_in.brain import Cut, Garble, Reply, Step, StreamItem
from bot.playground.openai.stand_in.hosted_steps import Draw, HostedStep, RunCode, SearchWeb
from bot.playground.openai.tokens import THINKING, count

_PIECE = re.compile(r"(?s).{1,24}\S*\s*|.+")
TERMINAL = frozenset(
    {"response.completed", "response.failed", "response.incomplete", "error"}
)  # fmt: skip


async def write(writing: Writing, reply: Reply) -> AsyncIterator[StreamItem]:
    """Yield the events of a response that follows *reply*."""
    begun = time.monotonic()
    if writing.shown["status"] == "queued":
        yield writing.state("response.created")
        yield writing.state("response.queued")
        writing.shown["status"] = "in_progress"
    else:
        yield writing.state("response.created")
    yield writing.state("response.in_progress")
    await _sleep(writing.latency.first(writing.body))
    for event in _before_the_first_step(writing):
        yield event
    steps = deque(reply)
    while steps:
        step = steps.popleft()
        async for item in _play(writing, step):
            yield item
        if writing.ended:
            return
        if not steps and isinstance(step, brain.UseServer) and not writing.awaits_approval:
            steps.extend(writing.go_on(writing.output) if writing.go_on else ())
    await _sleep(begun + writing.latency.total(writing.body) - time.monotonic())
    if not writing.ended:
        writing.end("completed")
        yield writing.last()


def _before_the_first_step(writing: Writing) -> Iterator[Json]:
    if writing.compaction:
        yield added(writing, writing.compaction)
        yield done(writing, writing.compaction)
    for server in writing.servers:
        if server.is_new:
            yield from mcp_events.list_tools(writing, server)
    yield from _think(writing)


def _think(writing: Writing) -> Iterator[Json]:
    tokens = THINKING.get(writing.effort, 0)
    if not tokens:
        return
    if not writing.affords(tokens):
        yield _out_of_tokens(writing)
        return
    writing.thought = tokens
    item: Json = {"id": new_id("rs"), "type": "reasoning", "summary": []}
    if "reasoning.encrypted_content" in (writing.body.get("include") or ()):
        item["encrypted_content"] = token_hex(64)
    yield added(writing, item)
    yield done(writing, item)


async def _play(writing: Writing, step: Step) -> AsyncIterator[StreamItem]:
    if writing.awaits_approval and not isinstance(step, brain.UseServer):
        return
    match step:
        case brain.Text() | brain.Refusal():
            async for event in _write_message(writing, step):
                yield event
        case brain.LookUp() | SearchWeb() | RunCode() | Draw() | brain.Call() | brain.UseServer():
            async for event in _use_tool(writing, step):
                yield event
        case brain.Pause() | brain.WaitFor():
            await _wait(step)
        case Cut() | Garble():
            yield step
        case brain.Fail() | brain.Error() | brain.Incomplete():
            yield _end_badly(writing, step)
        case brain.Status():
            raise ValueError("a status comes first or not at all: here, the answer has begun")
        case _:
            assert_never(step)


async def _wait(step: brain.Pause | brain.WaitFor) -> None:
    match step:
        case brain.Pause(seconds):
            await _sleep(seconds)
        case brain.WaitFor(until):
            await until.wait()


def _end_badly(writing: Writing, step: brain.Fail | brain.Error | brain.Incomplete) -> Json:
    match step:
        case brain.Fail(code, as_completed):
            writing.end("failed", error={"code": code, "message": "The model had an error."})
            return writing.last(as_completed=as_completed)
        case brain.Error(code):
            error = {"code": code, "message": "The server had an error."}
            writing.end("failed", error=error)
            return writing.event("error", **error, param=None)
        case brain.Incomplete(reason, as_completed):
            writing.end("incomplete", incomplete_details={"reason": reason})
            if writing.output and writing.output[-1]["type"] == "message":
                writing.output[-1]["status"] = "incomplete"
            return writing.last(as_completed=as_completed)


async def _write_message(writing: Writing, step: brain.Text | brain.Refusal) -> AsyncIterator[Json]:
    item: Json = {"id": new_id("msg"), "type": "message", "role": "assistant"}
    item |= {"status": "in_progress", "content": []}
    kind, key, part, extra = _KINDS[type(step)]
    cited = [citation(cite) for cite in step.cites] if isinstance(step, brain.Text) else []
    yield added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1, "content_index": 0}
    yield writing.event("response.content_part.added", **place, part=part(""))
    written, whole = "", True
    for piece in _PIECE.findall(step.text):
        await _sleep(writing.latency.piece)
        whole = writing.affords(count(piece))
        if not whole:
            break
        written += piece
        yield writing.event(f"response.{kind}.delta", **place, delta=piece, **extra)
    for number, note in enumerate(cited):
        more = {**place, "annotation_index": number, "annotation": note}
        yield writing.event("response.output_text.annotation.added", **more)
    whole_part = part(written) | ({"annotations": cited} if cited else {})
    yield writing.event(f"response.{kind}.done", **place, **{key: written}, **extra)
    yield writing.event("response.content_part.done", **place, part=whole_part)
    item["content"] = [whole_part]
    yield done(writing, item, "completed" if whole else "incomplete")
    if not whole:
        yield _out_of_tokens(writing)


async def _use_tool(
    writing: Writing, step: brain.LookUp | HostedStep | brain.Call | brain.UseServer
) -> AsyncIterator[Json]:
    match step:
        case brain.LookUp():
            for event in _look_up(writing, step):
                yield event
        case SearchWeb() | RunCode() | Draw():
            for event in hosted_events.use(writing, step):
                yield event
        case brain.Call():
            async for event in _write_call(writing, step):
                yield event
        case brain.UseServer():
            async for event in mcp_events.use(writing, step):
                yield event


async def _write_call(writing: Writing, call: brain.Call) -> AsyncIterator[Json]:
    arguments = call.arguments
    if not isinstance(arguments, str):
        arguments = json.dumps(dict(arguments), ensure_ascii=False, separators=(",", ":"))
    item: Json = {"id": new_id("fc"), "type": "function_call", "status": "in_progress"}
    item |= {"call_id": call.call_id} if call.call_id else writing.call_id(call.name)
    item |= {"name": call.name, "arguments": ""}
    yield added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    await _sleep(call.seconds or writing.latency.call)
    if not writing.affords(count(call.name) + count(arguments)):
        yield done(writing, item, "incomplete")
        yield _out_of_tokens(writing)
        return
    kind = "response.function_call_arguments"
    for start in range(0, len(arguments), 64):
        yield writing.event(f"{kind}.delta", **place, delta=arguments[start : start + 64])
    yield writing.event(f"{kind}.done", **place, name=call.name, arguments=arguments)
    item["arguments"] = arguments
    yield done(writing, item, "completed")


def _look_up(writing: Writing, step: brain.LookUp) -> Iterator[Json]:
    item: Json = {"id": new_id("fs"), "type": "file_search_call", "status": "in_progress"}
    item |= {"queries": list(step.queries), "results": None}
    yield added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    for state in ("in_progress", "searching", "completed"):
        yield writing.event(f"response.file_search_call.{state}", **place)
    item["results"] = [passage.shown() for passage in step.found]
    yield done(writing, item, "completed")


def _out_of_tokens(writing: Writing) -> Json:
    return _end_badly(writing, brain.Incomplete("max_output_tokens"))


def _refusal(text: str) -> Json:
    return {"type": "refusal", "refusal": text}


_KINDS: Mapping[type, tuple[str, str, Callable[[str], Json], Json]] = {
    brain.Text: ("output_text", "text", output_text, {"logprobs": []}),
    brain.Refusal: ("refusal", "refusal", _refusal, {}),
}


async def _sleep(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
