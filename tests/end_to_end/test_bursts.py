"""Many questions at once in one workspace, with Slack's rate limits in force."""

import pytest

from bot.playground.openai.latency import always
from bot.playground.slack.workspace.company import BOT_ID
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World

BOTH = "legal and finance"


def plans(world: World, ts: str) -> list[Message]:
    """The plan messages in a thread."""
    replies = world.thread(ts)
    return [one for one in replies if one.bot_id == BOT_ID and one.blocks[0]["type"] == "plan"]


@pytest.mark.parametrize("count", [12, pytest.param(70, marks=pytest.mark.long)])
async def test_a_burst_is_answered_once_each_and_every_plan_says_how_it_ended(
    world: World, count: int
):
    world.environ |= {"PANELBOT_SLACK_PACE": "0", "PANELBOT_CONCURRENCY": "100"}
    world.environ["PANELBOT_CHANNEL_CONCURRENCY"] = "100"
    world.slack.hazards.method_paces["chat.update"] = (0.5, 2)  # far more calls than fit
    world.openai.latency.first = always(2)  # so that plans are posted
    await world.start_bot()

    wanted = ["legal" if number % 2 else BOTH for number in range(count)]
    asked = {world.say(f"{MENTION} please ask {who}"): who for who in wanted}
    await world.slack.people.wait_for(lambda: all(map(world.said, asked)), timeout=90)
    await world.idle()

    refused = [call for call in world.slack.calls if call.outcome != "ok"]
    assert any(call.method == "chat.update" for call in refused)
    for ts, who in asked.items():
        speakers = sorted(speaker for speaker, _ in world.said(ts))
        both = ["Finance Partner", "Legal Counsel", "Panelbot"]
        assert speakers == (both if who == BOTH else ["Legal Counsel"])
        assert (
            len(plans(world, ts)) == 1 or who != BOTH
        )  # one expert alone has a plan if it takes long
        for plan in plans(world, ts):
            (block,) = (one for one in plan.blocks if one["type"] == "plan")
            assert block["title"].startswith("Asked ")
            assert {task["status"] for task in block["tasks"]} == {"complete"}
    assert world.slack.workspace.statuses == {}
