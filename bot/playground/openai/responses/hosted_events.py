"""The events of hosted tools in a response: web search, code interpreter, image generation."""

from base64 import b64encode
from collections.abc import Iterator
from typing import assert_never

from bot.json_types import Json
from bot.playground.openai.items.items import new_id
from bot.playground.openai.responses.response_events import Writing, added, done
from bot.playground.openai.stand_in.brain import AnyCite, Cite
from bot.playground.openai.stand_in.hosted_steps import (
    CiteMade,
    CitePage,
    Draw,
    HostedStep,
    RunCode,
    SearchWeb,
)


def use(writing: Writing, step: HostedStep) -> Iterator[Json]:
    """Yield the events of a tool that is used."""
    match step:
        case SearchWeb():
            yield from _search(writing, step)
        case RunCode():
            yield from _run(writing, step)
        case Draw():
            yield from _draw(writing, step)
        case _:
            assert_never(step)


def citation(cite: AnyCite) -> Json:
    """Return *cite* as an annotation."""
    match cite:
        case Cite(file_id, filename, index):
            return {
                "type": "file_citation",
                "file_id": file_id,
                "filename": filename,
                "index": index,
            }
        case CitePage(url, title, start, end):
            place = {"start_index": start, "end_index": end}
            return {"type": "url_citation", "url": url, "title": title, **place}
        case CiteMade(filename, start, end, container, file_id):
            made = {"container_id": container, "file_id": file_id, "filename": filename}
            place = {"start_index": start, "end_index": end}
            return {"type": "container_file_citation", **made, **place}
        case _:
            assert_never(cite)


def _search(writing: Writing, step: SearchWeb) -> Iterator[Json]:
    item: Json = {"id": new_id("ws"), "type": "web_search_call", "status": "in_progress"}
    sources = [{"type": "url", "url": url} for url in step.found]
    action = {"type": "search", "query": step.query, "queries": [step.query]}
    item["action"] = action | {"sources": sources}
    yield added(writing, item)
    yield from _states(writing, item, "in_progress", "searching", "completed")
    yield done(writing, item, "completed")


def _run(writing: Writing, step: RunCode) -> Iterator[Json]:
    item: Json = {"id": new_id("ci"), "type": "code_interpreter_call", "status": "in_progress"}
    item |= {"container_id": step.container, "code": "", "outputs": None}
    yield added(writing, item)
    yield from _states(writing, item, "in_progress")
    place = _place(writing, item)
    kind = "response.code_interpreter_call_code"
    yield writing.event(f"{kind}.delta", **place, delta=step.code)
    yield writing.event(f"{kind}.done", **place, code=step.code)
    item["code"] = step.code
    yield from _states(writing, item, "interpreting", "completed")
    item["outputs"] = [{"type": "logs", "logs": step.logs}] if step.logs else []
    yield done(writing, item, "completed")


def _draw(writing: Writing, step: Draw) -> Iterator[Json]:
    item: Json = {"id": new_id("ig"), "type": "image_generation_call", "status": "in_progress"}
    item["result"] = None
    yield added(writing, item)
    yield from _states(writing, item, "in_progress", "generating", "completed")
    item |= {"result": b64encode(step.image).decode(), "revised_prompt": step.prompt}
    yield done(writing, item, "completed")


def _states(writing: Writing, item: Json, *states: str) -> Iterator[Json]:
    for state in states:
        yield writing.event(f"response.{item['type']}.{state}", **_place(writing, item))


def _place(writing: Writing, item: Json) -> Json:
    return {"item_id": item["id"], "output_index": len(writing.output) - 1}
