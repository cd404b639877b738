"""Threads that grow: the server sums them up, and what begins as before is cheap."""

import pytest

from bot.json_types import Json
from bot.playground.slack.workspace.company import GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_show_work import replies, work

LONG = "The contract says the following, and more. " * 150  # about 1,600 tokens


@pytest.fixture
async def bot(world: World) -> World:
    world.environ["PANELBOT_COMPACT_TOKENS"] = "3000"
    await world.start_bot()
    return world


def of_legal(world: World) -> list[Json]:
    """The responses of the legal counsel, oldest first."""
    shown = [kept.shown for kept in world.openai.store.responses.values()]
    return [one for one in shown if "legal counsel" in (one["instructions"] or "")]


async def talk(world: World, times: int) -> str:
    """Tell legal something long so many times, in one thread; returns its ts."""
    ts = world.say(f"{MENTION} legal: {LONG}")
    await world.idle()
    for number in range(1, times):
        world.say(f"legal: and this? {number} {LONG}", ts)
        await world.idle()
    return ts


async def test_a_long_thread_is_summed_up_and_goes_on(bot: World) -> None:
    ts = await talk(bot, 4)

    read = [one["usage"]["input_tokens"] for one in of_legal(bot)]
    compacted = ["compaction" in [item["type"] for item in one["output"]] for one in of_legal(bot)]
    assert compacted == [False, True, False, True]
    assert read[2] < read[1]
    assert [text for _, text in bot.said(ts)] == [
        # The model counts the questions that it reads: the older ones are in the summary.
        "Answer 1 of the legal counsel of a technology company",
        "Answer 2 of the legal counsel of a technology company",
        "Answer 1 of the legal counsel of a technology company",
        "Answer 2 of the legal counsel of a technology company",
    ]


async def test_nothing_of_it_is_lost_to_people(bot: World) -> None:
    ts = await talk(bot, 3)

    told = await work(bot, replies(bot, ts)["Legal Counsel"])
    assert "gpt-6.1-terra" in told
    code, out, err = await bot.panelbot("export", f"{GENERAL}/{ts}")
    assert (code, err) == (0, "")
    assert out.count("and this? 1") >= 2  # in Slack, and in the expert's conversation


async def test_what_begins_as_before_is_cached(bot: World) -> None:
    bot.environ["PANELBOT_COMPACT_TOKENS"] = "0"
    await bot.stop_bot()
    await bot.start_bot()

    await talk(bot, 2)

    first, second = of_legal(bot)
    assert first["prompt_cache_key"] == second["prompt_cache_key"] == "expert:legal"
    assert second["usage"]["input_tokens_details"]["cached_tokens"] > 1_024
    assert "compaction" not in str(second["output"])
    assert len(second["safety_identifier"]) == 64
