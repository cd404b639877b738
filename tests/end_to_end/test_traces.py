"""Traces as a collector gets them from a web process and a worker, over real OTLP."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot import __version__
from bot.playground.slack.workspace.company import BEN, GENERAL
from bot.redactors import GROUP
from tests.collector import Collector, Span, collector
from tests.end_to_end.conftest import MENTION, SECRET, World
from tests.end_to_end.test_feedback import judged
from tests.eventually import eventually
from tests.packages import install

QUESTION = f"{MENTION} please ask legal and security whether zebras may graze here"
SAID = ("zebras", "Answer 1 of", "They agree.", "legal counsel of a technology company")
QUEUE = {"messaging.system": "redis", "messaging.destination.name": "turns"}
ID = re.compile(r"^(conv|resp)_\w+$")


@pytest.fixture
async def taking(world: World) -> AsyncIterator[Collector]:
    """A collector, which processes are told of; they send every moment."""
    async with collector() as taking:
        world.environ |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": taking.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=the key of the collector",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            "OTEL_BLRP_SCHEDULE_DELAY": "20",
        }
        yield taking


@asynccontextmanager
async def bot_of_two(world: World, taking: Collector) -> AsyncIterator[None]:
    """Run a web process and a worker; the collector has all of their turns when this has ended."""
    async with world.command("web") as web_, world.command("worker") as worker:
        await world.slack.sockets.wait_for_connection()
        yield
        await eventually(lambda: taking.named("process turns"))
        for process in (web_, worker):
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 20)


def is_beside(span: Span) -> bool:
    """Whether it depends on the moment: what is shown meanwhile, and what takes long."""
    kinds = ("db.system.name", "rpc.method")
    return any(kind in span.attributes for kind in kinds) and span.name != "chat.postMessage"


def tree(spans: list[Span], parent: str = "") -> list[tuple[str, str, list[Any]]]:
    """Return names and kinds of spans, each with those that are part of it, in their order."""
    return sorted(
        (one.name, one.kind, tree(spans, one.span_id)) for one in spans if one.parent == parent
    )


def masked(span: Span) -> Mapping[str, Any]:
    """Return its attributes; of those that differ each time, only that they are there."""
    return {
        name: "an id" if isinstance(value, str) and ID.match(value) else value
        for name, value in span.attributes.items()
    }


CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.stream": True,
    "gen_ai.conversation.id": "an id",
    "gen_ai.response.id": "an id",
    "server.address": "127.0.0.1",
}


async def test_a_question_is_one_trace_from_the_queue_to_the_last_reply(world, taking):
    async with bot_of_two(world, taking):
        ts = world.say(QUESTION)
        await world.idle()

    spans = [span for span in taking.spans if not is_beside(span)]
    chat, expert = ("chat gpt-6-luna", "CLIENT", []), ("chat gpt-6.1-terra", "CLIENT", [])
    posts = [("chat.postMessage", "CLIENT", [])] * 3
    agents = [(f"invoke_agent {name}", "INTERNAL", [expert]) for name in ("legal", "security")]
    workflow = ("invoke_workflow panel", "INTERNAL", [chat, chat, *posts, *agents])
    assert tree(spans) == [
        ("send turns", "PRODUCER", [("process turns", "CONSUMER", [workflow])]),
    ]
    assert len({span.trace_id for span in taking.spans}) == 1
    assert not [span.name for span in taking.spans if span.is_error]

    (sent,), (processed,) = taking.named("send turns"), taking.named("process turns")
    assert processed.links == ((sent.trace_id, sent.span_id),)
    put = {"messaging.operation.name": "put", "messaging.operation.type": "send"}
    assert sent.attributes == QUEUE | put
    assert processed.attributes == QUEUE | {
        "messaging.operation.name": "claim",
        "messaging.operation.type": "process",
        "panelbot.turn.id": f"{world.slack.workspace.team_id}:{GENERAL}:{ts}",
        "panelbot.turn.attempt": 1,
        "panelbot.outcome": "answered",
    }
    first, last = (masked(span) for span in taking.named("chat gpt-6-luna"))
    assert first["gen_ai.response.finish_reasons"] == ["tool_call"]
    assert last["gen_ai.response.finish_reasons"] == ["stop"]
    for router in (first, last):
        assert router.items() >= CHAT.items()
        assert router["gen_ai.request.model"] == router["gen_ai.response.model"] == "gpt-6-luna"
        assert router["gen_ai.usage.input_tokens"] > router["gen_ai.usage.output_tokens"] > 0
        assert router["gen_ai.response.time_to_first_chunk"] > 0
    (agent,) = taking.named("invoke_agent legal")
    assert agent.attributes == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "legal",
        "panelbot.consultation.path": "legal",
    }


async def test_spans_tell_whose_they_are_and_the_usual_variables_count(world, taking):
    world.environ["OTEL_SERVICE_NAME"] = "our-panel"
    async with bot_of_two(world, taking):
        world.say(f"{MENTION} please ask legal")
        await world.idle()

    (web_,) = {str(span.resource) for span in taking.named("send turns")}
    (worker,) = {str(span.resource) for span in taking.named("process turns")}
    for role, resource in (("web", web_), ("worker", worker)):
        assert f"'panelbot.role': '{role}'" in resource
        assert "'service.name': 'our-panel'" in resource
        assert f"'service.version': '{__version__}'" in resource
    assert taking.named("send turns")[0].resource["service.instance.id"] not in worker
    assert {headers["x-api-key"] for headers in taking.headers} == {"the key of the collector"}


async def test_neither_words_nor_secrets_are_in_traces(world, taking):
    async with bot_of_two(world, taking):
        world.say(QUESTION)
        await world.idle()
        await judged(world)

    everything = b"".join(taking.bodies)
    assert b"invoke_workflow" in everything
    assert b"gen_ai.evaluation.result" in everything
    secrets = [SECRET, "the key of the collector", world.slack.signing_secret]
    secrets += [world.slack.bot_token, world.slack.app_token, world.openai.api_key]
    for text in (*SAID, *secrets, "Too, vague", BEN, "panelbot:{"):
        assert text.encode() not in everything, text


async def test_what_is_said_is_there_where_operators_want_it(world, taking):
    world.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
    async with bot_of_two(world, taking):
        ts = world.say(QUESTION)
        await world.idle()

    legal = next(
        span
        for span in taking.named("chat gpt-6.1-terra")
        if "legal counsel" in span.attributes["gen_ai.system_instructions"]
    )
    (asked,) = json.loads(legal.attributes["gen_ai.input.messages"])
    (answered,) = json.loads(legal.attributes["gen_ai.output.messages"])
    assert asked["role"] == "user"
    assert "zebras" in asked["parts"][0]["content"]
    text = {"type": "text", "content": dict(world.said(ts))["Legal Counsel"]}
    assert answered == {"role": "assistant", "parts": [text], "finish_reason": "stop"}
    for secret in (SECRET, world.slack.bot_token, world.openai.api_key):
        assert secret.encode() not in b"".join(taking.bodies)


async def test_what_redactors_keep_from_the_model_is_kept_out_of_traces_by_keeping_out_all(
    world, taking, tmp_path
):
    where = install(tmp_path, "acme", "def redact(text): return 'x'", {"all": "redact"}, GROUP)
    world.environ["PYTHONPATH"] = str(where)
    world.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
    async with bot_of_two(world, taking):
        world.say(QUESTION)
        await world.idle()

    assert taking.named("process turns")
    assert b"zebras" not in b"".join(taking.bodies)


async def test_without_what_they_need_traces_are_left_out_with_a_remedy(world, taking, tmp_path):
    (tmp_path / "opentelemetry.py").write_text("raise ModuleNotFoundError('opentelemetry')")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--no-env-file", "worker"),
        env=world.environ | {"PYTHONPATH": path},
        stderr=PIPE,
    )
    log = ""
    while "worker.ready" not in log:
        log += (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert "traces.not_installed" in log
    assert "panelbot[traces]" in log


async def test_the_second_attempt_at_a_turn_is_linked_to_the_one_whose_worker_was_killed(
    world, taking
):
    world.environ["PANELBOT_LEASE"] = "1"
    world.openai.manners.goes_on_alone = False
    world.openai.latency.first = lambda _: 60
    async with world.command("web"), world.command("worker") as doomed:
        await world.slack.sockets.wait_for_connection()
        ts = world.say(f"{MENTION} please ask legal")
        await eventually(lambda: taking.named("users.info") and world.brain.asked, within=20)
        (orphan,) = taking.named("users.info")  # of a span that never ends
        doomed.kill()
        world.openai.latency.first = lambda _: 0
        async with world.command("worker"):
            await world.slack.people.wait_for(lambda: world.said(ts), timeout=60)
            await world.idle()
            await eventually(lambda: taking.named("process turns"))

    (sent,), (second,) = taking.named("send turns"), taking.named("process turns")
    assert second.attributes["panelbot.turn.attempt"] == 2
    assert second.links == ((sent.trace_id, sent.span_id), (sent.trace_id, orphan.parent))
    assert (second.trace_id, second.parent) == (sent.trace_id, sent.span_id)
    assert second.span_id != orphan.parent


async def test_what_people_think_of_replies_is_told_in_the_traces_of_their_turns(world, taking):
    async with bot_of_two(world, taking):
        await judged(world)
        await eventually(lambda: len(taking.events) == 3)

    assert {event.name for event in taking.events} == {"gen_ai.evaluation.result"}
    (good,) = [event for event in taking.events if "gen_ai.agent.name" not in event.attributes]
    bad, explained = [event for event in taking.events if event != good]
    (turn,), (legal,) = taking.named("process turns"), taking.named("invoke_agent legal")
    assert (good.trace_id, good.span_id) == (turn.trace_id, turn.span_id)
    assert (bad.trace_id, bad.span_id) == (turn.trace_id, legal.span_id)
    common = {"gen_ai.evaluation.name": "thumb"}
    common["panelbot.turn.id"] = turn.attributes["panelbot.turn.id"]
    assert good.attributes == common | {
        "gen_ai.evaluation.score.value": 1.0,
        "gen_ai.evaluation.score.label": "good",
        "gen_ai.request.model": "gpt-6-luna",
    }
    assert (
        bad.attributes
        == explained.attributes
        == common
        | {
            "gen_ai.evaluation.score.value": 0.0,
            "gen_ai.evaluation.score.label": "bad",
            "gen_ai.request.model": "gpt-6.1-terra",
            "gen_ai.agent.name": "legal",
        }
    )


async def hang(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def fail(_request: web.Request) -> web.Response:
    return web.Response(status=500, text="Internal zebras")


async def refuse(_request: web.Request) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "3600"})


async def talk_nonsense(_request: web.Request) -> web.Response:
    return web.Response(body=b"\xff\x00zebras" * 1000, content_type="application/x-protobuf")


@pytest.mark.parametrize("answer", [hang, fail, refuse, talk_nonsense, None])
async def test_a_collector_that_is_of_no_use_keeps_neither_turns_nor_an_end_waiting(
    world, taking, answer
):
    """Where there is no *answer*, nobody listens; that processes end in time is waited for."""
    taking.answer = answer
    if answer is None:
        world.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
    async with world.command("run") as process:
        await world.slack.sockets.wait_for_connection()
        for _ in range(3):
            ts = world.say(f"{MENTION} please ask legal")
            await world.idle()
            assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
        process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), 8)  # it waits one second for them

    assert process.returncode == 0
    assert b"Traceback" not in told
    assert b"zebras" not in told
    lines = [line for line in told.decode().splitlines() if "traces.not_sent" in line]
    assert len(lines) == (1 if answer in (fail, refuse) else 0)
    assert b"opentelemetry" not in told
