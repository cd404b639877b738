"""Answers that are spoiled anywhere: no error but ours comes of them."""

import copy
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.openai.assistants.assistants_model import AssistantsModel
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.adapters.redis import codec
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.journal.events import ExpertAnswered
from bot.panel.language_model.exchange import Responded, ToolCalled
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.model import CallId, ConversationId
from tests.adapters.openai import events
from tests.adapters.openai.conftest import AT_ONCE
from tests.adapters.openai.prompts import prompt, told

CITING = events.citing("As the handbook says 【4:0†handbook.md】.", handbook=25)
CITING["content"][0]["annotations"] += [
    {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1,
     "end_index": 9},
    {"type": "container_file_citation", "file_id": "cfile_1", "container_id": "cntr_1",
     "filename": "/mnt/chart.png"},
]  # fmt: skip
IMAGE = {
    "id": "ig_1",
    "type": "image_generation_call",
    "result": "iVBORw0KGgo=",
    "status": "completed",
}
WANTED = {"id": "mcpr_1", "type": "mcp_approval_request", "server_label": "crm", "name": "find",
          "arguments": "{}"}  # fmt: skip
LEGAL = events.call("call_1", reason="law", brief="May we?")
FINANCE = events.call("call_2", "ask_finance", reason="money", brief="How much?")
OUTPUT = [
    events.reasoning(),
    events.searched(("handbook", "Thirty.")),
    CITING,
    LEGAL,
    FINANCE,
    IMAGE,
    WANTED,
]
RESPONSE = [
    {"type": "response.created", "response": events.response(status="in_progress")},
    events.item_added(CITING), events.delta("As the "), events.delta("handbook says."),
    events.item_added(LEGAL, 1), events.item_added(FINANCE, 2),
    events.arguments_done(LEGAL, 1), events.item_done(LEGAL, 1),
    events.arguments_done(FINANCE, 2), events.item_done(FINANCE, 2),
    events.completed(*OUTPUT),
]  # fmt: skip
STORED = events.page(
    *reversed([events.message("Hi 17", role="user"), *OUTPUT, events.output("call_1")])
)
RUN: Json = {
    "id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "requires_action",
    "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [
        {"id": f"call_{n}", "type": "function", "function": {"name": "ask_legal",
                                                                "arguments": "{}"}}
        for n in range(2)
    ]}},
    "metadata": {}, "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}  # fmt: skip
MESSAGE: Json = {
    "id": "msg_1", "object": "thread.message", "role": "assistant", "status": "completed",
    "metadata": {},
    "content": [{"type": "text", "text": {"value": "Says 【4:0†a.md】.", "annotations": [
        {"type": "file_citation", "text": "【4:0†a.md】", "start_index": 5, "end_index": 15,
         "file_citation": {"file_id": "file-a"}}
    ]}}],
}  # fmt: skip
STEP = {"step_details": {"type": "tool_calls", "tool_calls": [
    {"index": 0, "id": "call_0", "type": "function",
     "function": {"name": "ask_legal", "arguments": "{}"}}
]}}  # fmt: skip
RUN_EVENTS = [
    ("thread.run.created", RUN | {"status": "queued", "required_action": None}),
    ("thread.message.delta", {"delta": {"content": [
        {"index": 0, "type": "text", "text": {"value": "Says "}}]}}),
    ("thread.message.completed", MESSAGE),
    ("thread.run.step.delta", {"delta": STEP}),
    ("thread.run.requires_action", RUN),
]  # fmt: skip
INSTEAD: Sequence[Any] = (
    None, None, None, 0, -1, 1.5, True, "", "x", [], [None], {}, {"x": None}, "\ud83d", 10**30,
)  # fmt: skip


def spoiled(value: Any, chance: random.Random) -> Any:
    """Return *value* with one to three of its fields gone, null, doubled or of another type."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        places = list(_places(value))
        holder, key = chance.choice(places)
        match chance.random():
            case share if share < 0.3 and isinstance(holder, dict):
                del holder[key]
            case share if share < 0.4 and isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[key] = copy.deepcopy(chance.choice(INSTEAD))
    return value


def _places(value: Any) -> Any:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


class Spoiler:
    """Answers every request with what is set."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.base_url = ""
        self.stream: Sequence[tuple[str, Any]] = ()

    async def handle(self, request: web.Request) -> web.Response:
        is_stream = request.method == "POST" and b'"stream": true' in await request.read()
        is_stream = is_stream or b'"stream":true' in await request.read()
        if is_stream and self.stream:
            text = "".join(f"event: {n}\ndata: {json.dumps(data)}\n\n" for n, data in self.stream)
            return web.Response(text=text, content_type="text/event-stream")
        return web.json_response(self.answer)


@pytest.fixture
async def server() -> AsyncIterator[Spoiler]:
    spoiler = Spoiler()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", spoiler.handle)
    async with TestServer(application) as running:
        spoiler.base_url = str(running.make_url("/v1"))
        yield spoiler


@pytest.fixture
def seeds(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[range]:
    yield range(300 if request.config.getoption("--long", default=False) else 15)
    assert "answer.unreadable" not in caplog.messages  # the last resort, not the way to read


async def respond(model: LanguageModel, conversation: str) -> None:
    """Ask, and check what comes: each call has an id of its own, and all can be kept."""
    try:
        came = await told(model, prompt(conversation=ConversationId(conversation)))
    except PanelError:
        return
    calls = [event for event in came if isinstance(event, ToolCalled)]
    assert len({call.call_id for call in calls}) == len(calls)
    for call in calls:
        codec.load(ToolCalled, codec.dump(call))
        assert call.call_id
    said = came[-1]
    assert isinstance(said, Responded)
    answered = ExpertAnswered(CallId("a"), said.text, said.usage, said.citations, said.files)
    codec.load(ExpertAnswered, codec.dump(answered))
    said.text.encode()
    assert "†" not in said.text


async def test_streams_of_responses(server: Spoiler, seeds: range) -> None:
    async with connect("sk-test", server.base_url, silence=5) as client:
        model = ConversationsModel(client, salt="", delays=AT_ONCE)
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - repeatable chance, no secret
            stream = spoiled(RESPONSE, chance)
            server.stream = [("message", event) for event in stream]
            await respond(model, "conv_1")


async def test_stored_items(server: Spoiler, seeds: range) -> None:
    async with connect("sk-test", server.base_url, silence=5) as client:
        model = ConversationsModel(client, salt="", delays=AT_ONCE)
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - repeatable chance, no secret
            server.answer = spoiled(STORED, chance)
            for read in (model.since(ConversationId("conv_1"), "17"), _all(model)):
                with suppress(PanelError):
                    await read


async def _all(model: LanguageModel) -> None:
    async for item in model.items(ConversationId("conv_1")):
        codec.load(type(item), codec.dump(item))


async def test_streams_of_runs(server: Spoiler, seeds: range) -> None:
    async with connect("sk-test", server.base_url, silence=5) as client:
        model = AssistantsModel(client, delays=AT_ONCE)
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - repeatable chance, no secret
            server.answer = {"id": "any_1", "data": [], "metadata": {}, "has_more": False}
            datas = spoiled([data for _, data in RUN_EVENTS], chance)
            names = [name for name, _ in RUN_EVENTS]
            server.stream = list(zip(names, datas, strict=False))
            await respond(model, "thread_1")


async def test_lists_of_threads(server: Spoiler, seeds: range) -> None:
    async with connect("sk-test", server.base_url, silence=5) as client:
        model = AssistantsModel(client, delays=AT_ONCE)
        run = RUN | {"metadata": {"panelbot_after": "msg_1"}, "tools": [{}]}
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - repeatable chance, no secret
            # One list for messages, runs and steps: each is read from what is there for it.
            each = MESSAGE | run | {"id": "msg_1", "content": MESSAGE["content"], **STEP}
            server.answer = spoiled({"data": [each, each | {"id": "2"}], "has_more": False}, chance)
            for read in (model.since(ConversationId("thread_1"), "17"), _thread(model)):
                with suppress(PanelError):
                    await read


async def _thread(model: LanguageModel) -> None:
    async for item in model.items(ConversationId("thread_1")):
        codec.load(type(item), codec.dump(item))
