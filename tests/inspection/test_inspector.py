"""What passes is looked at in both directions, and what is wrong is told."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from aiohttp import web

from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.web_api.endpoint import Call
from tests.inspection.inspector import OpenAIInspector
from tests.inspection.openapi import OpenApi
from tests.inspection.reference import Reference
from tests.inspection.slack_inspector import SlackInspector
from tests.scripted_brain import ScriptedBrain


@pytest.fixture
def inspector(openapi: OpenApi) -> OpenAIInspector:
    return OpenAIInspector(openapi)


@pytest.fixture
async def playground(inspector: OpenAIInspector) -> AsyncIterator[OpenAIPlayground]:
    async with inspector.watch(OpenAIPlayground(brain=ScriptedBrain())) as running:
        yield running


@pytest.fixture
async def http(playground: OpenAIPlayground) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {playground.api_key}"}
    async with httpx2.AsyncClient(base_url=playground.url, headers=headers) as client:
        yield client


async def test_what_is_right_is_counted_and_nothing_else(inspector, http) -> None:
    await http.post("/v1/conversations", json={"metadata": {}})
    await http.post("/v1/responses", json={"model": "gpt-4o", "input": "Hi", "stream": True})
    await http.get("/v1/models")

    assert inspector.problems == []
    assert dict(inspector.operations) == {
        "POST /conversations": 1,
        "POST /responses": 1,
        "GET /models": 1,
    }


async def test_a_wrong_request_is_told_and_answered_all_the_same(inspector, http) -> None:
    answer = await http.post("/v1/conversations", json={"metadata": "none"})

    assert answer.status_code == 400
    (problem,) = inspector.problems
    assert problem.startswith("POST /v1/conversations: ")


async def test_decisions_are_held_against_the_types_of_the_client(inspector, http) -> None:
    law = {"type": "predicate", "instructions": "It is about the law."}
    asked = {"model": "gpt-6-luna", "input": "May we?", "questions": [law]}
    await http.post("/v1/decisions", json=asked)
    assert inspector.problems == []

    for wrong in ({"input": [{"role": "user"}]}, {"questions": [{**law, "type": "rank"}]}):
        await http.post("/v1/decisions", json=asked | wrong)
        assert inspector.problems.pop().startswith("POST /v1/decisions: ")


async def test_wrong_answers_and_events_are_told(inspector, http) -> None:
    async def odd(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"id": 1})

    async def odd_events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'event: error\ndata: {"type":"error","message":1}\n\n')
        return response

    application = web.Application()
    application.router.add_post("/v1/conversations", odd)
    application.router.add_post("/v1/responses", odd_events)
    watched = OpenAIPlayground()
    watched.app = application
    async with inspector.watch(watched):
        url, body = watched.url, {"model": "gpt-4o", "input": "Hi", "stream": True}
        await http.post(f"{url}/v1/conversations", json={})
        await http.post(f"{url}/v1/responses", json=body)

    first, second = inspector.problems
    assert first.startswith("answer to POST /v1/conversations: ")
    assert second.startswith("event of POST /v1/responses: ")


def test_without_the_document_nothing_is_looked_at() -> None:
    playground = OpenAIPlayground()
    before = list(playground.app.middlewares)
    assert OpenAIInspector(None).watch(playground) is playground
    assert list(playground.app.middlewares) == before


@pytest.mark.parametrize(
    ("method", "args", "told"),
    [
        ("chat.postMessage", {"channel": "C1", "txt": "Hi"}, "there is no txt"),
        ("chat.postMessage", {"text": "Hi"}, "lacks channel"),
        ("chat.postMessage", {"channel": "C1", "blocks": '[{"text": "Hi"}]'}, "not valid"),
        ("conversations.replies", {"channel": "C1", "ts": "1.0", "inclusive": "maybe"}, "inclus"),
        ("views.open", {"trigger_id": "t", "view": '{"type": "modal"}'}, "view"),
    ],
)
def test_a_wrong_call_of_slack_is_told(
    reference: Reference, method: str, args: dict[str, str], told: str
) -> None:
    inspector = SlackInspector(reference)
    inspector.look_at([Call(method, args, "ok", 0.0)])
    (problem,) = inspector.problems
    assert told in problem


def test_a_good_call_of_slack_is_counted(reference: Reference) -> None:
    inspector = SlackInspector(reference)
    args = {"channel": "C1", "text": "Hi", "unfurl_links": "false"}
    inspector.look_at([Call("chat.postMessage", args, "ok", 0.0)])
    assert (inspector.problems, dict(inspector.methods)) == ([], {"chat.postMessage": 1})
