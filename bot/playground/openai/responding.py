"""Writing one response, event by event."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, assert_never

from bot.playground.openai import brain
from bot.playground.openai.brain import Cut, Garble, Reply, Step
from bot.playground.openai.errors import Json
from bot.playground.openai.items import new_id, output_text
from bot.playground.openai.items import shown as shown_item
from bot.playground.openai.latency import Latency
from bot.playground.openai.tokens import THINKING, count

_PIECE = re.compile(r"(?s).{1,24}\S*\s*|.+")
TERMINAL = frozenset(
    {"response.completed", "response.failed", "response.incomplete", "error"}
)  # fmt: skip

Told = Json | Cut | Garble  # what a client sees: an event, or that there is none


@dataclass(slots=True)
class Writing:
    """A response while it is being written."""

    body: Json
    shown: Json
    latency: Latency
    effort: str = "none"
    compaction: Json | None = None  # what the model puts in place of all that it has read
    output: list[Json] = field(default_factory=list)
    sequence: int = 0
    spent: int = 0  # output tokens
    thought: int = 0  # of these, the ones that nobody sees
    ended: bool = False

    def event(self, kind: str, **more: Any) -> Json:
        """Return the next event."""
        self.sequence += 1
        return {"type": kind, "sequence_number": self.sequence - 1, **more}

    def state(self, kind: str) -> Json:
        """Return an event that carries the whole response."""
        return self.event(kind, response=self.snapshot())

    def snapshot(self) -> Json:
        """Return the response as it is now."""
        return {**self.shown, "output": [self.seen(item) for item in self.output]}

    def seen(self, item: Json) -> Json:
        """Return *item* as the request wants it shown."""
        return shown_item(item, self.body.get("include") or ())

    def end(self, status: str, **more: Any) -> None:
        """Let the response end so."""
        self.ended = True
        self.shown.update(status=status, **more)
        if status == "completed":
            self.shown["completed_at"] = int(time.time())

    def last(self) -> Json:
        """Return the event that says how the response ended."""
        return self.state(f"response.{self.shown['status']}")

    def affords(self, tokens: int) -> bool:
        """Spend *tokens* if the limit of the request allows it."""
        limit = self.body.get("max_output_tokens")
        if limit is not None and self.spent + tokens > limit:
            return False
        self.spent += tokens
        return True


async def write(writing: Writing, reply: Reply) -> AsyncIterator[Told]:
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
    for event in (*_compact(writing), *_think(writing)):
        yield event
    for step in reply:
        if writing.ended:
            return
        async for told in _play(writing, step):
            yield told
    await _sleep(begun + writing.latency.total(writing.body) - time.monotonic())
    if not writing.ended:
        writing.end("completed")
        yield writing.last()


def _compact(writing: Writing) -> Iterator[Json]:
    if writing.compaction:
        yield _added(writing, writing.compaction)
        yield _done(writing, writing.compaction)


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
    yield _added(writing, item)
    yield _done(writing, item)


async def _play(writing: Writing, step: Step) -> AsyncIterator[Told]:
    match step:
        case brain.Text() | brain.Refusal():
            async for event in _write_message(writing, step):
                yield event
        case brain.LookUp() | brain.Call():
            async for event in _use_tool(writing, step):
                yield event
        case brain.Pause() | brain.Hold():
            await _wait(step)
        case Cut() | Garble():
            yield step
        case brain.Fail() | brain.Error() | brain.Incomplete():
            yield _end_badly(writing, step)
        case brain.Status():
            raise ValueError("a status comes first or not at all: here, the answer has begun")
        case _:
            assert_never(step)


async def _wait(step: brain.Pause | brain.Hold) -> None:
    match step:
        case brain.Pause(seconds):
            await _sleep(seconds)
        case brain.Hold(until):
            await until.wait()


def _end_badly(writing: Writing, step: brain.Fail | brain.Error | brain.Incomplete) -> Json:
    match step:
        case brain.Fail(code):
            writing.end("failed", error={"code": code, "message": "The model had an error."})
            return writing.last()
        case brain.Error(code):
            error = {"code": code, "message": "The server had an error."}
            writing.end("failed", error=error)
            return writing.event("error", **error, param=None)
        case brain.Incomplete(reason):
            writing.end("incomplete", incomplete_details={"reason": reason})
            return writing.last()


async def _write_message(writing: Writing, step: brain.Text | brain.Refusal) -> AsyncIterator[Json]:
    item: Json = {"id": new_id("msg"), "type": "message", "role": "assistant"}
    item |= {"status": "in_progress", "content": []}
    kind, key, part, extra = _KINDS[type(step)]
    cited = [_citation(cite) for cite in step.cites] if isinstance(step, brain.Text) else []
    yield _added(writing, item)
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
    for number, citation in enumerate(cited):
        more = {**place, "annotation_index": number, "annotation": citation}
        yield writing.event("response.output_text.annotation.added", **more)
    whole_part = part(written) | ({"annotations": cited} if cited else {})
    yield writing.event(f"response.{kind}.done", **place, **{key: written}, **extra)
    yield writing.event("response.content_part.done", **place, part=whole_part)
    item["content"] = [whole_part]
    yield _done(writing, item, "completed" if whole else "incomplete")
    if not whole:
        yield _out_of_tokens(writing)


async def _use_tool(writing: Writing, step: brain.LookUp | brain.Call) -> AsyncIterator[Json]:
    match step:
        case brain.LookUp():
            for event in _look_up(writing, step):
                yield event
        case brain.Call():
            async for event in _write_call(writing, step):
                yield event


async def _write_call(writing: Writing, call: brain.Call) -> AsyncIterator[Json]:
    told = call.arguments
    if not isinstance(told, str):
        told = json.dumps(dict(told), ensure_ascii=False, separators=(",", ":"))
    item: Json = {"id": new_id("fc"), "type": "function_call", "status": "in_progress"}
    item |= {"call_id": call.call_id or f"call_{token_hex(12)}", "name": call.name}
    item["arguments"] = ""
    yield _added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    await _sleep(call.seconds or writing.latency.call)
    if not writing.affords(count(call.name) + count(told)):
        yield _done(writing, item, "incomplete")
        yield _out_of_tokens(writing)
        return
    kind = "response.function_call_arguments"
    for start in range(0, len(told), 64):
        yield writing.event(f"{kind}.delta", **place, delta=told[start : start + 64])
    yield writing.event(f"{kind}.done", **place, name=call.name, arguments=told)
    item["arguments"] = told
    yield _done(writing, item, "completed")


def _look_up(writing: Writing, step: brain.LookUp) -> Iterator[Json]:
    item: Json = {"id": new_id("fs"), "type": "file_search_call", "status": "in_progress"}
    item |= {"queries": list(step.queries), "results": None}
    yield _added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    for state in ("in_progress", "searching", "completed"):
        yield writing.event(f"response.file_search_call.{state}", **place)
    item["results"] = [passage.shown() for passage in step.found]
    yield _done(writing, item, "completed")


def _citation(cite: brain.Cite) -> Json:
    place = {"file_id": cite.file_id, "filename": cite.filename, "index": cite.index}
    return {"type": "file_citation", **place}


def _added(writing: Writing, item: Json) -> Json:
    writing.output.append(item)
    index = len(writing.output) - 1
    seen = writing.seen(item)
    return writing.event("response.output_item.added", output_index=index, item=seen)


def _done(writing: Writing, item: Json, status: str | None = None) -> Json:
    if status:
        item["status"] = status
    index = len(writing.output) - 1
    seen = writing.seen(item)
    return writing.event("response.output_item.done", output_index=index, item=seen)


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
