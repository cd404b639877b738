"""What people think of replies, from the thumb to the export."""

import asyncio
import csv
import io
import json

from bot.adapters.slack.buttons import thumbs
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World


def thumb(message: Message, which: str) -> str:
    (element,) = message.blocks[-1]["elements"]
    return str(element[which]["value"])


async def judged(world: World) -> str:
    """Let a question be answered, and Ben and Ada judge the answers; returns its ts."""
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    replies = {message.username: message for message in world.thread(ts) if message.bot_id}
    legal, synthesis = replies["Legal Counsel"], replies[None]
    people = world.slack.people
    await people.click(ADA, synthesis, thumbs.FEEDBACK, thumb(synthesis, "positive_button"))
    await people.click(BEN, legal, thumbs.FEEDBACK, thumb(legal, "negative_button"))
    await people.wait_for(lambda: world.slack.workspace.views)
    (view,) = world.slack.workspace.views.values()
    await people.submit_view(BEN, view.id, {"reason": "=Too, vague"})
    async with asyncio.timeout(60):  # the thumb was thanked for already
        while not await has_reason(world):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.02)
    return ts


async def has_reason(world: World) -> bool:
    """Whether the reason that Ben gave is stored."""
    keys = await world.redis.keys("panelbot:feedback:*")
    stored = [text for key in keys for text in await world.redis.hvals(key)]
    return any("Too, vague" in text for text in stored)


async def test_opinions_are_exported_with_expert_model_and_reason(bot_on_both: World):
    ts = await judged(bot_on_both)

    code, out, err = await bot_on_both.panelbot("feedback", "export", "--format", "json")

    assert (code, err) == (0, "")
    router, legal = json.loads(out)
    assert (router["opinion"], router["expert"], router["person"]) == ("good", "router", ADA)
    assert (legal["opinion"], legal["expert"], legal["reason"]) == ("bad", "legal", "=Too, vague")
    assert (router["model"], legal["model"]) == ("gpt-6-luna", "gpt-6.1-terra")
    assert legal["thread"].endswith(f"archives/{GENERAL}/p{ts.replace('.', '')}")


async def test_a_spreadsheet_reckons_nothing_out_of_what_people_typed(bot: World):
    await judged(bot)

    code, out, _ = await bot.panelbot("feedback", "export")

    assert code == 0
    _, legal = csv.DictReader(io.StringIO(out))
    assert legal["reason"] == "'=Too, vague"


async def test_only_what_is_recent_enough_is_exported(bot: World):
    await judged(bot)
    (key,) = await bot.redis.keys("panelbot:feedback:*")
    kept = await bot.redis.hgetall(key)
    for voice, text in kept.items():
        if '"bad"' in text:
            old = json.loads(text)
            old["at"] -= 3 * 86_400_000
            await bot.redis.hset(key, voice, json.dumps(old))

    _, recent, _ = await bot.panelbot("feedback", "export", "--format", "json", "--since", "2")
    _, all_of_it, _ = await bot.panelbot("feedback", "export", "--format", "json")

    assert [one["opinion"] for one in json.loads(recent)] == ["good"]
    assert [one["opinion"] for one in json.loads(all_of_it)] == ["bad", "good"]
    assert 399 * 86_400 < await bot.redis.ttl(key) <= 400 * 86_400
