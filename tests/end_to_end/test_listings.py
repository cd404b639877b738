"""What commands list, for machines."""

import json

from bot.playground.openai.stand_in.brain import Call
from bot.playground.slack.workspace.company import GENERAL
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World


async def listed(world: World, *args: str):
    code, out, err = await world.panelbot(*args, "--json")
    assert code == 0, err
    return json.loads(out)


async def test_every_list_can_be_read_by_machines(bot: World):
    bot.brain.then(Call("consult_legal", {"reason": "r", "brief": "b"}))
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()

    shown = await listed(bot, "links", "show", f"{GENERAL}/{ts}")
    assert shown["thread"] == f"{GENERAL}/{ts}"
    assert list(shown["experts"]) == ["legal"]
    assert (await listed(bot, "turns", "list"))["given_up"] == []
    assert await listed(bot, "knowledge", "list") == []
    assert await listed(bot, "knowledge", "list", "legal") == []
    assert {"good"} <= {one["severity"] for one in await listed(bot, "check")}
    acts = [one["act"] for one in await listed(bot, "audit", "show")]
    assert acts == sorted(acts)


async def test_a_turn_that_was_given_up_can_be_read_by_machines(bot: World):
    bot.brain.then(Call("consult_legal", {"reason": "r", "brief": "b"}))
    bot.slack.hazards.on("chat.postMessage", hazards.error("restricted_action"), times=10)
    ts = bot.say(f"{MENTION} wo lägal, 法務?")
    await bot.idle()
    bot.slack.hazards.clear()

    [one] = (await listed(bot, "turns", "list"))["given_up"]
    shown = await listed(bot, "turns", "show", one["turn"])

    assert shown["given_up"] == one
    assert one["thread"] == f"{GENERAL}/{ts}"
    assert "法務" in shown["messages"][0]["text"]
    assert "restricted_action" in one["reason"]
