"""``panelbot routing``: what was decided, from the question to the terminal."""

import json
from pathlib import Path
from typing import Any

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.playground.slack.workspace.company import BEN, GENERAL, PRODUCT
from bot.settings.yaml_files.questions_file import load_questions
from tests.end_to_end.conftest import MENTION, World

SECRET = "our plans for Saturn"


async def exported(world: World, *options: str) -> dict[str, dict[str, Any]]:
    """Return the decisions that are printed, by their turn."""
    code, out, err = await world.panelbot("routing", "export", *options)
    assert (code, err) == (0, "")
    return {one["id"]: one for one in map(json.loads, out.splitlines())}


def turn(world: World, ts: str, channel: str = GENERAL) -> str:
    return f"{world.slack.workspace.team_id}:{channel}:{ts}"


async def test_each_line_tells_who_was_asked_and_who_was_not_without_content(bot: World):
    ts = bot.say(f"{MENTION} please ask legal about {SECRET}")
    named = bot.say(f"{MENTION} finance: what does it cost?")
    await bot.idle()

    found = await exported(bot)

    routed, direct = found[turn(bot, ts)], found[turn(bot, named)]
    assert routed["experts"] == ["legal"]
    assert routed["chosen_by"] == "router"
    assert routed["router"] == "gpt-6-luna"
    assert float(routed["cost"]) > 0
    assert routed["usage"]["input"] > 0
    assert {one["why"] for one in routed["not_asked"]} == {"unsaid"}
    assert "finance" in {one["expert"] for one in routed["not_asked"]}
    assert "legal" not in {one["expert"] for one in routed["not_asked"]}
    assert direct["experts"] == ["finance"]
    assert direct["chosen_by"] == "people"
    assert direct["router"] is None
    assert {one["why"] for one in direct["not_asked"]} == {"people"}
    assert len(routed["panel"]) == 16
    assert routed["panel"] == direct["panel"]
    assert SECRET not in str(found)


async def test_content_is_printed_where_it_is_wanted_and_that_is_audited(bot: World):
    ts = bot.say(f"{MENTION} please ask legal about {SECRET}")
    await bot.idle()

    decision = (await exported(bot, "--content"))[turn(bot, ts)]

    assert SECRET in decision["text"]
    assert decision["reasons"] == {"legal": "It was named."}
    assert decision["briefs"].keys() == {"legal"}
    _, audited, _ = await bot.panelbot("audit", "export")
    assert "routing" in audited


async def test_what_is_exported_with_content_begins_a_file_of_questions(bot: World, tmp_path: Path):
    bot.say(f"{MENTION} please ask legal about {SECRET}")
    await bot.idle()
    lines, questions = tmp_path / "decisions.jsonl", tmp_path / "questions.yaml"

    code, out, _ = await bot.panelbot("routing", "export", "--content", "--out", str(lines))

    assert (code, out) == (0, "")
    (decision,) = map(json.loads, lines.read_text().splitlines())
    chosen = [{name: decision[name] for name in ("id", "text", "experts")}]
    questions.write_text(json.dumps(chosen))
    (question,) = load_questions(str(questions))
    assert question.id == decision["id"]
    assert question.acceptable == (frozenset({"legal"}),)


async def test_a_turn_or_a_thread_is_shown(bot: World):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    again = bot.say(f"{MENTION} please ask finance", thread_ts=ts)
    await bot.idle()

    code, one, _ = await bot.panelbot("routing", "show", turn(bot, ts))
    _, both, _ = await bot.panelbot("routing", "show", f"{GENERAL}/{ts}")
    unknown = await bot.panelbot("routing", "show", turn(bot, "1.0"))

    assert code == 0
    assert "asked      legal\n" in one
    assert "not asked  finance: the router did not say why" in one
    assert turn(bot, ts) in both
    assert turn(bot, again) in both
    assert unknown[0] == 1
    assert "There is no decision about" in unknown[2]


async def test_days_and_channels_can_be_chosen_and_what_is_forgotten_is_gone(bot: World):
    here = bot.say(f"{MENTION} please ask legal")
    there = bot.slack.people.say(BEN, PRODUCT, f"{MENTION} please ask legal")
    await bot.idle()

    assert (await exported(bot, "--channel", PRODUCT)).keys() == {turn(bot, there, PRODUCT)}
    assert await exported(bot, "--until", "2020-01-01") == {}
    assert len(await exported(bot, "--since", "2020-01-01")) == 2
    assert (await bot.panelbot("forget", f"{GENERAL}/{here}", "--yes"))[0] == 0
    assert (await exported(bot)).keys() == {turn(bot, there, PRODUCT)}


async def test_what_another_version_wrote_is_named(bot: World, redis: Connection):
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    day, field = keys.day_of(turn(bot, ts))
    (key,) = [key async for key in redis.scan_iter(f"*:reports:{day}")]
    await redis.hset(key, field, "2unknown")

    code, out, err = await bot.panelbot("routing", "export")

    assert code == 0
    assert json.loads(out) == {"id": turn(bot, ts), "unread": "written by another version"}
    assert "1 turn could not be read" in err
