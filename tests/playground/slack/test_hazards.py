import asyncio
import time

import pytest
from aiohttp import ClientConnectionError, ClientTimeout
from slack_sdk.errors import SlackApiError

from bot.playground.slack.hazards import Hazards
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards
from tests.eventually import eventually

POST = "chat.postMessage"


async def post(client, channel=GENERAL):
    return await client.chat_postMessage(channel=channel, text="hi")


def posted(slack):
    return [message.text for message in slack.workspace.messages(GENERAL)]


def outcomes(slack):
    return [call.outcome for call in slack.calls]


async def test_a_fault_happens_as_often_as_wanted(slack, client):
    slack.hazards.on("chat.postMessage", hazards.error("fatal_error"), times=2)

    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await post(client)
    await client.auth_test()
    await post(client)

    assert posted(slack) == ["hi"]
    assert outcomes(slack) == ["error", "error", "ok", "ok"]


async def test_too_many_requests_are_told_when_to_come_again(slack, client):
    slack.hazards.on("chat.postMessage", hazards.rate_limited(30))

    with pytest.raises(SlackApiError) as caught:
        await post(client)

    answer = caught.value.response
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert answer["error"] == "ratelimited"
    assert not posted(slack)


async def test_too_many_requests_may_be_told_in_an_answer_that_looks_well(slack, client):
    slack.hazards.on("chat.postMessage", hazards.rate_limited_in_body())

    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert (caught.value.response.status_code, caught.value.response["error"]) == (
        200,
        "ratelimited",
    )


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_failing_server_may_have_done_it(slack, client, after_effect):
    slack.hazards.on("chat.postMessage", hazards.server_error(after_effect=after_effect))

    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response.status_code == 500
    assert posted(slack) == ["hi"] * after_effect


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_connection_that_is_cut_may_have_done_it(slack, client, after_effect):
    slack.hazards.on("chat.postMessage", hazards.reset(after_effect=after_effect))

    with pytest.raises(ClientConnectionError):
        await post(client)

    assert posted(slack) == ["hi"] * after_effect
    assert outcomes(slack) == ["ok, then reset" if after_effect else "reset"]


@pytest.mark.parametrize("after_effect", [False, True])
async def test_silence_may_have_done_it(slack, session, after_effect):
    slack.hazards.on("chat.postMessage", hazards.silence(after_effect=after_effect))
    form = {"token": slack.bot_token, "channel": GENERAL, "text": "hi"}
    timeout = ClientTimeout(total=0.05)

    with pytest.raises(TimeoutError):
        await session.post(f"{slack.api_url}chat.postMessage", data=form, timeout=timeout)

    assert posted(slack) == ["hi"] * after_effect


async def test_who_waits_in_silence_is_let_go_at_the_end(session):
    async with SlackPlayground() as slack:
        slack.hazards.on("auth.test", hazards.silence())
        waiting = asyncio.create_task(session.post(f"{slack.api_url}auth.test"))
        await eventually(lambda: slack.calls)
    async with asyncio.timeout(5):
        answer = await waiting

    assert answer.status == 503


async def test_an_answer_can_take_its_time(slack, client):
    slack.hazards.latency["auth.test"] = 0.02
    before = time.monotonic()

    await client.auth_test()

    assert time.monotonic() - before >= 0.02


def drawn(seed):
    some = Hazards(seed, redelivered=0.5, jitter=1)
    some.rate("m", hazards.error("a"), 0.3)
    some.rate("m", hazards.error("b"), 0.3)
    return [
        (fault.error if (fault := some.next("m")) else "", some.copies(), some.delay())
        for _ in range(200)
    ]


def test_chance_is_the_same_on_every_run():
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_chance_strikes_a_share():
    errors = [error for error, _, _ in drawn(1)]
    copies = [copies for _, copies, _ in drawn(1)]

    assert {"", "a", "b"} == set(errors)
    assert 40 < errors.count("a") < 80
    assert set(copies) == {1, 2}
    assert all(0 <= held < 1 for _, _, held in drawn(1))


def test_nothing_goes_wrong_unless_it_is_wanted():
    calm = Hazards()

    assert calm.next("chat.postMessage") is None
    assert calm.too_fast(POST, GENERAL, 0.0) is None
    assert (calm.copies(), calm.delay()) == (1, 0)


def test_a_channel_takes_so_many_posts_in_a_row_and_then_one_a_second():
    paced = Hazards(post_pace=(1.0, 2))

    assert [paced.too_fast(POST, GENERAL, 10.0) for _ in range(2)] == [None, None]
    refused = paced.too_fast(POST, GENERAL, 10.5)
    assert refused is not None
    assert (refused.status, refused.retry_after) == (429, 1)
    assert paced.too_fast(POST, "C0OTHER", 10.5) is None
    assert paced.too_fast(POST, GENERAL, 11.0) is None


def test_a_method_takes_so_many_calls_in_the_workspace():
    paced = Hazards(method_paces={"chat.update": (0.1, 1)})

    assert paced.too_fast("chat.update", GENERAL, 10.0) is None
    assert paced.too_fast("chat.update", "C0OTHER", 10.05) is not None
    assert paced.too_fast(POST, GENERAL, 10.05) is None
    assert paced.too_fast("chat.update", "C0OTHER", 10.11) is None


async def test_posts_that_come_too_fast_are_refused(slack, client):
    slack.hazards.post_pace = (60.0, 1)
    await post(client)

    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await post(client)

    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    assert posted(slack) == ["hi"]


async def test_events_come_more_than_once(slack, bot):
    slack.deliver_to(bot.url)
    slack.hazards.extra_deliveries = 2

    slack.people.say(ADA, GENERAL, "hello")
    await slack.deliverer.settle()

    retries = [headers.get("X-Slack-Retry-Num") for headers, _ in bot.requests]
    assert retries == [None, "1", "2"]
    assert len({body for _, body in bot.requests}) == 1


async def test_the_bot_need_not_hear_itself(slack, client, bot):
    slack.deliver_to(bot.url)
    slack.hazards.echoes = False

    await post(client)
    await slack.deliverer.settle()

    assert not bot.requests


async def test_the_bot_may_never_learn_that_something_was_deleted(slack, client, bot):
    slack.deliver_to(bot.url)
    slack.hazards.tells_of_deletions = slack.hazards.echoes = False
    root, alone = (slack.people.say(ADA, GENERAL, "hello") for _ in range(2))
    await client.chat_postMessage(channel=GENERAL, text="Yes.", thread_ts=root)
    slack.people.delete(ADA, GENERAL, root)
    slack.people.delete(ADA, GENERAL, alone)
    await slack.deliverer.settle()

    assert len(bot.requests) == 2


async def test_a_message_for_a_deleted_thread_is_refused_or_posted_in_the_channel(slack, client):
    root = slack.people.say(ADA, GENERAL, "hello")
    slack.people.delete(ADA, GENERAL, root)
    stream = {"recipient_user_id": ADA, "recipient_team_id": "T0ACME", "thread_ts": root}
    status = {"channel_id": GENERAL, "thread_ts": root}
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.chat_postMessage(channel=GENERAL, text="Yes.", thread_ts=root)
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.chat_startStream(channel=GENERAL, markdown_text="Yes", **stream)
    with pytest.raises(SlackApiError, match="invalid_thread_ts"):
        await client.assistant_threads_setStatus(status="is thinking…", **status)
    await client.assistant_threads_setStatus(status="", **status)

    slack.hazards.deleted_threads = "posted in the channel"
    told = await client.chat_postMessage(channel=GENERAL, text="Yes.", thread_ts=root)
    begun = await client.chat_startStream(channel=GENERAL, markdown_text="Yes", **stream)
    await client.assistant_threads_setStatus(status="is thinking…", **status)

    assert "thread_ts" not in told["message"]
    shown = [slack.workspace.message(GENERAL, answer["ts"]) for answer in (told, begun)]
    assert [message.thread_ts for message in shown] == [None, None]
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=GENERAL, ts=root)


@pytest.mark.parametrize(("keeps", "name"), [(True, "Legal"), (False, None)])
async def test_broadcasts_and_edits_may_keep_their_personas(slack, client, keeps, name):
    slack.hazards.broadcasts_keep_personas = slack.hazards.edits_keep_personas = keeps
    face = {"username": "Legal", "icon_emoji": ":scales:"}
    root = (await post(client))["ts"]

    told = await client.chat_postMessage(
        channel=GENERAL, text="Yes.", thread_ts=root, reply_broadcast=True, **face
    )
    edited = (await client.chat_postMessage(channel=GENERAL, text="No.", **face))["ts"]
    await client.chat_update(channel=GENERAL, ts=edited, text="Yes.")

    shown = [slack.workspace.message(GENERAL, ts) for ts in (told["ts"], edited)]
    assert [message.username for message in shown] == [name, name]
    assert shown[0].subtype == "thread_broadcast"


async def test_others_may_see_only_how_a_stream_began_until_it_ends(slack, client):
    slack.hazards.streams_show = "what they began with"
    root = (await post(client))["ts"]
    stream = {"channel": GENERAL, "recipient_user_id": ADA, "recipient_team_id": "T0ACME"}
    begun = await client.chat_startStream(**stream, thread_ts=root, markdown_text="One. ")
    await client.chat_appendStream(channel=GENERAL, ts=begun["ts"], markdown_text="Two.")

    async def read():
        replies = await client.conversations_replies(channel=GENERAL, ts=root)
        return replies["messages"][-1]["text"]

    assert await read() == "One. "
    await client.chat_stopStream(channel=GENERAL, ts=begun["ts"])
    assert await read() == "One. Two."
