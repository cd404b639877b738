"""What admins are told in Slack: once, by whichever worker, with what to do."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.assembly.watching.alerts import alert_runner
from bot.operations.chores import ChoreRunner
from bot.panel.alerts.alerts import AlertKind, Alerts
from bot.panel.errors import MessengerRefused
from bot.panel.messaging.locales import Locales
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.playground.slack.workspace.company import ADA, BOT_USER, ERIN, LEGAL, PRODUCT
from tests import openai_faults as faults
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World

TEAM = "T0ACME"
DUE, LETTERS = f"panelbot:{{alerts:{TEAM}}}:due", "dead-letters "


class Process:
    """What a worker has, to raise alerts and to tell them."""

    def __init__(self, world: World, storage: Storage, slack: Slack, runner: ChoreRunner) -> None:
        self._redis = world.redis
        self._runner = runner
        self.storage = storage
        self.alerts: Alerts = slack.alerts
        self.slack = slack

    async def work(self) -> None:
        """Do everything that will be due some time."""
        for _ in range(2):  # what is watched, and what is raised by that
            for chore in await self._redis.zrange(DUE, 0, -1):
                await self._redis.zadd(DUE, {chore: 0})
            await self._runner.run_due()

    async def passed(self, seconds: float, alert: str = LETTERS) -> None:
        """Let so much time have passed since the alert was raised and told."""
        key = f"panelbot:{{alerts:{TEAM}}}:alert:{alert}"
        for field in ("raised", "told"):
            if at := await self._redis.hget(key, field):
                await self._redis.hset(key, field, int(at) - round(seconds * 1000))

    async def bury(self, count: int) -> None:
        """Give up so many turns."""
        for _ in range(count):
            ts = MessageTs(f"{time.time():.6f}")
            thread = ThreadRef(TEAM, LEGAL, ts)
            await self.storage.queue.put(thread, Message(ts, UserId(ADA), "A secret question"))
            claim = await self.storage.queue.claim()
            await self.storage.queue.bury(claim, "ModelRefused: no")


@asynccontextmanager
async def process(world: World, **settings: str) -> AsyncIterator[Process]:
    """A process with *settings* of its own; its work is begun by the test alone."""
    world.environ |= settings
    config = world.config()
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(open_storage(config))
        slack = await stack.enter_async_context(open_slack(config, storage))
        locales = Locales(slack.people, config.language)
        runner = await alert_runner(config, storage, slack, locales)
        yield Process(world, storage, slack, runner)


def told(world: World, channel: str) -> list[str]:
    """What the bot has said in a channel."""
    return [one.text for one in world.slack.workspace.messages(channel) if one.bot_id]


def told_directly(world: World, user: str) -> list[str]:
    """What the bot has said to somebody."""
    return told(world, world.slack.workspace.direct_channel(user, BOT_USER).id)


async def test_a_flood_of_dead_letters_is_one_message_that_counts(world: World):
    async with (
        process(world, PANELBOT_ALERTS=PRODUCT) as one,
        process(world, PANELBOT_ALERTS=PRODUCT) as other,
    ):
        await one.bury(60)
        await one.work()
        assert len(told(world, PRODUCT)) == 1
        await one.bury(3)
        await asyncio.gather(one.work(), other.work())

        [text] = told(world, PRODUCT)
        assert "60 questions could not be answered" in text
        assert "`panelbot turns retry --all`" in text
        assert "secret" not in text

        await one.bury(1)
        await one.passed(3601)  # since more of them came
        await one.bury(1)
        await asyncio.gather(one.work(), other.work())
        assert "2 questions" in told(world, PRODUCT)[1]
        await other.work()
        assert len(told(world, PRODUCT)) == 2

        await world.panelbot("turns", "drop", "--all")
        await one.work()
        await one.bury(1)  # it was well in between
        await other.work()
        assert "1 question " in told(world, PRODUCT)[2]


async def test_what_goes_on_is_told_again_a_day_later_and_what_came_back_at_once(world: World):
    async with process(world, PANELBOT_ALERTS=PRODUCT) as one:
        for seconds in (0, 1800, 90_000):
            await one.passed(seconds, "key-refused OPENAI_API_KEY")
            await one.alerts.tell(AlertKind.KEY_REFUSED, "OPENAI_API_KEY")
            await one.work()
        assert len(told(world, PRODUCT)) == 2
        await one.alerts.over(AlertKind.KEY_REFUSED, "OPENAI_API_KEY")
        await one.alerts.tell(AlertKind.KEY_REFUSED, "OPENAI_API_KEY")
        await one.work()
        assert len(told(world, PRODUCT)) == 3
        await one.alerts.tell(AlertKind.NO_CREDIT)
        await one.alerts.over(AlertKind.NO_CREDIT)
        await one.work()
        assert len(told(world, PRODUCT)) == 3


async def test_admins_are_told_directly_in_their_languages_where_the_channel_is_closed(
    world: World, caplog
):
    world.slack.workspace.channels[LEGAL].members.remove(BOT_USER)
    async with process(world, PANELBOT_ALERTS=LEGAL, PANELBOT_ADMINS=f"{ADA},{ERIN}") as one:
        await one.alerts.tell(AlertKind.MODEL_ENDS, "gpt-`9", date="2026-12-24")
        await one.work()
    assert told(world, LEGAL) == []
    [english] = told_directly(world, ADA)
    assert "gpt-'9" in english
    assert "Dec 24, 2026" in english
    [german] = told_directly(world, ERIN)
    assert "24.12.2026" in german
    assert any("alert.refused" in one.message for one in caplog.records)


async def test_everybody_reads_the_common_language(world: World):
    settings = {"PANELBOT_ALERTS": f"{ADA},{PRODUCT}", "PANELBOT_LANGUAGE": "de"}
    async with process(world, **settings) as one:
        await one.alerts.tell(AlertKind.EXPIRING, "SLACK_BOT_TOKEN", date="2026-12-24")
        await one.work()
    assert "24.12.2026" in told(world, PRODUCT)[0] == told_directly(world, ADA)[0]


async def test_without_anybody_to_tell_only_the_log_has_it(world: World, caplog):
    async with process(world) as one:
        await one.alerts.tell(AlertKind.NO_CREDIT)
        await one.work()
    [record] = [one for one in caplog.records if one.message == "alert"]
    assert "no credit" in record.what
    assert "chat.postMessage" not in {call.method for call in world.slack.calls}


async def test_what_cannot_be_told_is_told_later_by_one_who_can(world: World, caplog):
    world.slack.workspace.channels[LEGAL].members.remove(BOT_USER)
    async with process(world, PANELBOT_ALERTS=LEGAL) as one:
        await one.alerts.tell(AlertKind.MODEL_GONE, "gpt-9")
        await one.work()
        assert any("chore.failed" in one.message for one in caplog.records)
        async with process(world, PANELBOT_ALERTS=PRODUCT) as other:
            await other.work()
            await one.work()
    assert len(told(world, PRODUCT)) == 1
    assert told(world, LEGAL) == []


async def test_nothing_is_told_twice_where_the_answer_was_lost_or_the_worker_died(world: World):
    """The answers to both posts are lost; whoever goes on looks for them first."""
    fault = hazards.reset(after_effect=True)
    world.slack.hazards.on("chat.postMessage", fault, times=2)
    async with process(world, PANELBOT_ALERTS=f"{PRODUCT},{ADA}") as one:
        await one.alerts.tell(AlertKind.NO_CREDIT)
        for _ in range(3):
            await one.work()
    assert len(told(world, PRODUCT)) == 1
    assert len(told_directly(world, ADA)) == 1


@pytest.mark.parametrize("request_", ["POST /v1/conversations", "POST /v1/responses"])
@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (faults.status(401, "invalid_api_key"), "`OPENAI_API_KEY` is rejected"),
        (faults.status(429, "insufficient_quota"), "no credit left"),
    ],
    ids=["key", "credit"],
)
async def test_a_key_that_is_refused_later_is_told(world: World, request_, fault, line):
    async with process(world, PANELBOT_ALERTS=PRODUCT) as one:
        await world.start_bot()
        world.openai.faults.rate(request_, fault, 1.0)
        world.say(f"{MENTION} legal, may we?")
        await world.idle()
        await one.work()
    assert len([text for text in told(world, PRODUCT) if line in text]) == 1


async def test_a_model_that_is_gone_is_told_though_another_answers(world: World):
    world.environ |= {"PANELBOT_EXPERT_MODEL": "gpt-7", "PANELBOT_FALLBACK_MODELS": "gpt-6-luna"}
    async with process(world, PANELBOT_ALERTS=PRODUCT) as one:
        await world.start_bot()
        ts = world.say(f"{MENTION} legal, may we?")
        await world.idle()
        await one.work()
        assert len(world.said(ts)) == 1
        [text] = told(world, PRODUCT)
        assert "`gpt-7` does not exist" in text


async def test_models_that_end_and_tokens_that_expire_are_told(world: World):
    world.environ |= {"PANELBOT_EXPERT_MODEL": "gpt-4o", "PANELBOT_ROUTER_MODEL": "gpt-6-luna"}
    world.slack.workspace.token_lasts = 3600
    async with process(world, PANELBOT_ALERTS=PRODUCT) as one:
        await one.work()
        await one.work()
    model, token = sorted(told(world, PRODUCT))
    assert "`gpt-4o` will be switched off on Jan 14, 2027" in model
    assert "`SLACK_BOT_TOKEN` expires on" in token


async def test_slack_tokens_that_are_rejected_are_told_by_a_process_with_others(world: World):
    """One has a token from before; the other was started since."""
    async with (
        process(world, PANELBOT_ALERTS=PRODUCT) as one,
        process(world, PANELBOT_ALERTS=PRODUCT) as other,
    ):
        await world.start_bot()
        opening = "apps.connections.open"
        world.slack.hazards.on(opening, hazards.error("invalid_auth"))
        world.slack.sockets.drop()
        await world.slack.people.wait_for(lambda: opening in [c.method for c in world.slack.calls])
        await world.slack.sockets.wait_for_connection()
        world.slack.hazards.on("users.info", hazards.error("token_revoked"))
        with pytest.raises(MessengerRefused):
            await one.slack.people.person(UserId(ADA))
        await other.work()
    app, bot = sorted(told(world, PRODUCT))
    assert "`SLACK_APP_TOKEN` is rejected" in app
    assert "`SLACK_BOT_TOKEN` is rejected" in bot
