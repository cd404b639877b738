import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.answers import Ambiguous, SlackRefused
from bot.adapters.slack.api.web_api import SlackApi
from bot.panel.errors import MessengerUnavailable, TurnLost, WorkspaceMoving
from bot.panel.intake.lease import Lease
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards

Answer = Callable[[], web.Response | Awaitable[web.Response]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[SlackApi]:
    """An API behind which there is something else than Slack."""

    async def handle(_request: web.Request) -> web.Response:
        answered = answer()
        return answered if isinstance(answered, web.Response) else await answered

    app = web.Application()
    app.router.add_route("*", "/api/{method}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        async with web_api.session(seconds=1) as session:
            yield SlackApi(web_api.client("xoxb-1", url, session), NoRateLimiter(), longest=1.5)
    finally:
        await runner.cleanup()


async def test_what_is_posted_goes_nowhere_else():
    calls = []

    def redirect() -> web.Response:
        calls.append("call")
        return web.Response(status=307, headers={"Location": "/api/elsewhere"})

    async with answering(redirect) as api:
        with pytest.raises(Ambiguous):
            await api.write("chat.postMessage", channel=GENERAL, text="for Slack alone")
    assert len(calls) == 1


def lost_answers():
    return [hazards.reset(), hazards.silence(), hazards.server_error()]


@pytest.mark.parametrize("fault", lost_answers())
async def test_a_write_whose_answer_is_lost_is_not_repeated(neighbour, fault):
    neighbour.slack.hazards.on("chat.postMessage", fault)

    with pytest.raises(Ambiguous):
        await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi")

    assert neighbour.count("chat.postMessage") == 1


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable"])
async def test_slacks_own_failure_leaves_a_write_uncertain(neighbour, code):
    neighbour.slack.hazards.on("chat.postMessage", hazards.error(code))

    with pytest.raises(Ambiguous, match=code):
        await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi")


@pytest.mark.parametrize("fault", [hazards.reset(), hazards.server_error()])
async def test_a_read_whose_answer_is_lost_is_repeated(neighbour, fault):
    neighbour.slack.hazards.on("users.info", fault, times=2)

    answer = await neighbour.api.read("users.info", user=ADA)

    assert answer["user"]["id"] == ADA
    assert neighbour.count("users.info") == 3


async def test_a_read_is_given_up_after_some_tries(neighbour):
    neighbour.slack.hazards.on("users.info", hazards.server_error(), times=9)
    api = SlackApi(neighbour.api._web, NoRateLimiter(), retries=1)

    with pytest.raises(MessengerUnavailable):
        await api.read("users.info", user=ADA)

    assert neighbour.count("users.info") == 2


async def test_what_may_as_well_be_done_twice_is_repeated(neighbour):
    ts = (await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi"))["ts"]
    neighbour.slack.hazards.on("chat.update", hazards.reset(after_effect=True))

    await neighbour.api.rewrite("chat.update", channel=GENERAL, ts=ts, text="there")

    assert neighbour.count("chat.update") == 2


async def test_a_refusal_tells_slacks_word_and_the_missing_scope(neighbour):
    neighbour.slack.state.scopes.discard("users:read")

    with pytest.raises(SlackRefused) as caught:
        await neighbour.api.read("users.info", user=ADA)

    assert (caught.value.code, caught.value.needed) == ("missing_scope", "users:read")
    assert neighbour.count("users.info") == 1


@pytest.mark.parametrize("code", ["team_added_to_org", "org_login_required"])
async def test_a_workspace_that_moves_into_an_organisation_is_back_later(neighbour, code):
    neighbour.slack.hazards.on("chat.postMessage", hazards.error(code))

    with pytest.raises(WorkspaceMoving, match=code) as caught:
        await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi")

    assert not isinstance(caught.value, Ambiguous)  # nothing was posted
    assert neighbour.count("chat.postMessage") == 1


async def test_all_pages_of_a_listing_are_read(neighbour):
    ids = [m["id"] async for m in neighbour.api.pages("users.list", "members", limit=2)]

    assert set(ids) == set(neighbour.slack.workspace.users)
    assert neighbour.count("users.list") == (len(ids) + 1) // 2


async def test_slow_down_is_obeyed_until_it_takes_too_long():
    calls = []

    def slow_down() -> web.Response:
        calls.append(1)
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "0"}
        )

    async with answering(slow_down) as api:
        with pytest.raises(MessengerUnavailable) as caught:
            await api.write("chat.postMessage")

    assert len(calls) == 2  # at once, and after a second
    assert caught.value.after == 1


@pytest.mark.parametrize(
    ("wish", "after"),
    [("30", 30), ("nan", 1), ("Fri, 31 Dec 1999", 1), ("-5", 1), ("9" * 99, 3600)],
)
async def test_any_wish_to_wait_is_understood(wish, after):
    def slow_down() -> web.Response:
        return web.Response(status=429, text="slow down", headers={"Retry-After": wish})

    async with answering(slow_down) as api:
        api._longest = 0
        with pytest.raises(MessengerUnavailable) as caught:
            await api.write("chat.postMessage")

    assert caught.value.after == after


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="Welcome to this network"),
        lambda: web.Response(text="<html>", content_type="text/html"),
        lambda: web.Response(text="{", content_type="application/json"),
        lambda: web.json_response([]),
        lambda: web.Response(status=502, text="<html>", content_type="text/html"),
        lambda: web.Response(status=403),
    ],
)
async def test_what_is_no_answer_of_slacks_leaves_a_write_uncertain(answer):
    async with answering(answer) as api:
        with pytest.raises(Ambiguous):
            await api.write("chat.postMessage", text="hi")


async def test_a_write_is_ambiguous_if_nothing_answers(free_port):
    async with web_api.session() as session:
        web = web_api.client("xoxb-1", f"http://127.0.0.1:{free_port}/api/", session)
        api = SlackApi(web, NoRateLimiter())
        with pytest.raises(Ambiguous):
            await api.write("chat.postMessage", text="hi")


async def test_neither_words_nor_tokens_are_logged(neighbour, caplog):
    caplog.set_level(logging.DEBUG)
    neighbour.slack.hazards.on("chat.postMessage", hazards.rate_limited(1))

    await neighbour.api.write("chat.postMessage", channel=GENERAL, text="a secret plan")

    ours = [r for r in caplog.records if not r.name.startswith(("asyncio", "aiohttp"))]
    assert [record.message for record in ours] == ["slack.slowed"]
    assert "secret" not in caplog.text
    assert neighbour.slack.bot_token not in caplog.text


async def test_nothing_is_called_for_a_turn_that_may_be_lost(neighbour):
    Lease("T1:C1:1.0", 10, monotonic() - 11).bind()

    with pytest.raises(TurnLost):
        await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi")

    assert neighbour.count("chat.postMessage") == 0


async def test_nothing_is_sent_for_a_turn_that_may_be_lost(neighbour):
    await neighbour.api.read("users.info", user=ADA)  # also over a connection that is open already
    Lease("T1:C1:1.0", seconds=15, requested_at=monotonic() - 16).bind()

    with pytest.raises(TurnLost):
        await neighbour.api.write("chat.postMessage", channel=GENERAL, text="hi")

    assert neighbour.count("chat.postMessage") == 0


async def test_a_message_under_way_has_arrived_when_its_turn_is_handed_over():
    under_way, arrived = asyncio.Event(), asyncio.Event()

    async def take_long() -> web.Response:
        under_way.set()
        await asyncio.sleep(0.05)
        arrived.set()
        return web.json_response({"ok": True})

    async with answering(take_long) as api:
        posting = asyncio.create_task(api.write("chat.postMessage", channel=GENERAL, text="hi"))
        await under_way.wait()
        posting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await posting
        assert arrived.is_set()


def test_forms_say_what_is_meant():
    odd = "é%41&=+;'()*!$,~ \n\x00#?/:@[]{}|\\^`<>\"\U0001f600"
    args = {"text": odd, "blocks": [{"text": odd}], "empty": "", "flag": True, "none": None}

    read = dict(parse_qsl(web_api.form(args).decode(), keep_blank_values=True))

    assert read.pop("blocks") == json.dumps(args["blocks"], ensure_ascii=False)
    assert read == {"text": odd, "empty": "", "flag": "true"}
    assert web_api.form({"text": "\ud83d"}) == b"text=%EF%BF%BD"
    assert web_api.form({}) == b""
