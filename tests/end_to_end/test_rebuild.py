"""``panelbot links rebuild``: large channels, rate limits, Ctrl+C, and what a channel is called."""

import asyncio
import signal

import pytest

from bot.cli.threads.thread_argument import find_channel
from bot.operations.services import Workspace
from bot.panel.errors import Refused
from bot.playground.slack.workspace.company import GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually


def threads_of_people(world: World, count: int) -> None:
    for number in range(count):
        world.say("yes", world.say(f"topic {number}"))


def looks(world: World) -> int:
    return sum(call.method == "conversations.replies" for call in world.slack.calls)


async def test_a_rebuild_that_is_stopped_goes_on_where_it_was(bot: World):
    bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    threads_of_people(bot, 60)
    await bot.stop_bot()
    await bot.redis.flushdb()
    bot.environ["PANELBOT_SLACK_PACE"] = "0"
    bot.slack.hazards.latency["conversations.replies"] = 0.03
    before = looks(bot)

    async with bot.command("links", "rebuild", GENERAL) as process, asyncio.timeout(30):
        await eventually(lambda: looks(bot) >= before + 20, 20)
        process.send_signal(signal.SIGINT)
        printed, err = await process.communicate()

    assert (process.returncode, printed) == (130, b"")
    last = err.decode().splitlines()[-1]
    assert last.startswith("panelbot: stopped: Looking through threads, ")
    assert last.endswith(" of 61. Run the command again to continue.")
    assert b"Traceback" not in err
    done = looks(bot) - before
    code, out, _ = await bot.panelbot("links", "rebuild", GENERAL)
    assert code == 0
    assert out.startswith("Links found for 1 of ")
    assert looks(bot) - before <= 61 + 2
    assert done < 61
    assert len(await bot.redis.keys("panelbot:*links:*")) == 1
    assert await bot.redis.keys("panelbot:rebuilt:*") == []


async def test_a_rebuild_waits_for_slacks_limits_and_logs_above_its_bar(bot: World):
    threads_of_people(bot, 12)
    await bot.stop_bot()
    bot.slack.hazards.method_paces["conversations.replies"] = (0.2, 4)
    bot.environ |= {"PANELBOT_SLACK_PACE": "0", "LOG_LEVEL": "INFO"}

    code, out, err = await bot.panelbot("links", "rebuild", GENERAL)

    assert (code, out[:23]) == (0, "Links found for 0 of 12")
    logged = [line for line in err.splitlines() if "slack.slowed" in line]
    assert logged
    assert all(line[:2] == "20" for line in logged)


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("#general", "is a name"),
        ("general", "is a name"),
        ("what is this", "is not a channel"),
        ("C0NOSUCH", "/invite it there"),
    ],
)
async def test_what_names_no_channel_is_told_with_what_to_do(world: World, channel: str, says: str):
    code, out, err = await world.panelbot("links", "rebuild", channel)

    assert (code, out) == (1, "")
    assert says in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "channel", [f"<#{GENERAL}|general>", f"https://acme.slack.com/archives/{GENERAL}"]
)
async def test_a_channel_is_known_in_all_its_forms(world: World, channel: str):
    code, out, _ = await world.panelbot("links", "rebuild", channel)

    assert (code, out[:24]) == (0, "Links found for 0 of 0 t")


@pytest.mark.parametrize("there", ["https://acme.slack.com", "https://acme.enterprise.slack.com"])
def test_a_link_may_lead_into_the_workspace_only(there: str):
    link = f"{there}/archives/{GENERAL}"

    assert find_channel(link, Workspace("T1", "https://acme.slack.com/")) == GENERAL
    if "enterprise" not in there:
        with pytest.raises(Refused, match=r"leads to acme\.slack\.com, but this bot is in other"):
            find_channel(link, Workspace("T1", "https://other.slack.com/"))
