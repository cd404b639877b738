"""Slack's limits, and keeping them."""

import asyncio
import json

import pytest

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.adapters.slack.api import rate_limits
from bot.adapters.slack.api.rate_limits import TooBusy
from bot.adapters.slack.api.web_api import SlackApi
from bot.panel.messaging.rate_limiter import Limit, NoRateLimiter
from bot.playground.slack.workspace.company import GENERAL, PRODUCT
from tests import slack_faults as hazards

TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}


def test_the_limits_are_those_of_slacks_reference(shared):
    for method, most in rate_limits.CALLS_PER_MINUTE.items():
        reference = json.loads((shared / "slack" / "methods" / f"{method}.json").read_text())
        assert most == TIERS.get(reference["rate_limits"], most), method


def test_messages_are_limited_by_channel_and_by_workspace():
    channel, workspace = rate_limits.limits("chat.postMessage", {"channel": "C1"})

    assert channel == Limit("chat.postMessage:C1", 20, 20)
    assert (workspace.name, workspace.seconds) == ("chat.postMessage", 60)


@pytest.fixture
async def paced(neighbour, redis):
    return SlackApi(neighbour.api._web, RedisRateLimiter(redis, "T1"), longest=3)


async def post(api, channel=GENERAL, **more):
    return await api.write("chat.postMessage", channel=channel, text="hi", **more)


async def test_a_flood_is_slowed_before_slack_has_to(neighbour, paced):
    neighbour.slack.hazards.post_pace = (1.0, rate_limits.BURST)

    async with asyncio.TaskGroup() as posts:
        flood = [posts.create_task(post(paced)) for _ in range(rate_limits.BURST + 4)]
        await asyncio.wait(flood, timeout=0.5)
        done = sum(task.done() for task in flood)
        for task in flood:
            task.cancel()

    assert done == rate_limits.BURST == neighbour.count("chat.postMessage")


async def test_news_are_left_out_while_replies_still_pass(neighbour, paced):
    for _ in range(rate_limits.BURST // 2):
        await post(paced)

    with pytest.raises(TooBusy):
        await post(paced, within=1)
    await post(paced)

    assert neighbour.count("chat.postMessage") == rate_limits.BURST // 2 + 1


async def until_refused(api):
    try:
        while True:
            await post(api, within=0)
    except TooBusy:
        return


@pytest.mark.parametrize("refusal", [hazards.rate_limited(1), hazards.rate_limited_in_body()])
async def test_what_slack_tells_one_process_all_obey(neighbour, paced, redis_url, refusal):
    connection = connect(redis_url)
    another = SlackApi(neighbour.api._web, RedisRateLimiter(connection, "T1"))
    neighbour.slack.hazards.on("chat.postMessage", refusal)

    first = asyncio.create_task(post(paced))
    async with asyncio.timeout(3):
        await until_refused(another)
    await post(another, channel=PRODUCT)  # Slack was speaking of that channel
    await first
    await connection.aclose()

    assert not first.cancelled()


async def test_without_redis_calls_are_made_all_the_same(neighbour, free_port):
    nowhere = connect(f"redis://127.0.0.1:{free_port}/0")
    api = SlackApi(neighbour.api._web, RedisRateLimiter(nowhere, "T1"))

    assert (await post(api))["ok"]
    await nowhere.aclose()


async def test_without_a_rate_limiter_only_slacks_retry_after_counts(neighbour):
    neighbour.slack.hazards.on("chat.postMessage", hazards.rate_limited(1))

    assert (await post(SlackApi(neighbour.api._web, NoRateLimiter())))["ok"]
    assert neighbour.count("chat.postMessage") == 2
