import re
from importlib.resources import files

import pytest

from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.model import Message, MessageTs, ThreadRef, UserId

FOLDER = files("bot.adapters.redis").joinpath("scripts")
NAMES = sorted(file.name.removesuffix(".lua") for file in FOLDER.iterdir())


async def test_a_script_that_the_server_forgot_is_sent_again(redis):
    queue = RedisTurnQueue(redis, Shards())
    thread = ThreadRef("T1", "C1", "1.0")
    for number in "123":
        await redis.script_flush()
        assert await queue.put(thread, Message(MessageTs(f"{number}.0"), UserId("U1"), number))
    await redis.script_flush()

    assert len((await queue.claim()).turn.messages) == 3


async def test_a_known_script_is_run_by_its_digest(redis):
    script = Script("renew")
    await script(redis, "panelbot:{0}:", "T1:C1:1.0", 1, 1000)
    before = (await redis.info("commandstats")).get("cmdstat_eval", {"calls": 0})["calls"]

    await script(redis, "panelbot:{0}:", "T1:C1:1.0", 1, 1000)

    after = (await redis.info("commandstats")).get("cmdstat_eval", {"calls": 0})["calls"]
    assert after == before


@pytest.mark.parametrize("name", [name for name in NAMES if name != "common"])
async def test_each_script_opens_with_its_contract_and_compiles(redis, name):
    source = FOLDER.joinpath(f"{name}.lua").read_text("utf-8")

    assert source.startswith("-- ")
    assert "ARGV: " in source.split("\n\n")[0]
    assert await redis.script_load(Script(name)._source)


def test_a_script_gets_what_it_uses_of_the_common_ones_and_what_these_use():
    source = Script("append")._source

    assert "function holds" in source
    assert "function of" in source
    assert "function hurry" not in source
    assert source.index("local P =") < source.index("function of") < source.index("function holds")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "common"])
def test_no_script_asks_for_what_it_has_not_got(name):
    whole = FOLDER.joinpath("common.lua").read_text("utf-8")
    offered = set(re.findall(r"^local (?:function )?(\w+)", whole, re.MULTILINE))
    source = re.sub(r"--.*|'[^']*'", "", Script(name)._source)
    used, got = re.findall(r"\b(\w+)\(", source), re.findall(r"local (?:function )?(\w+)", source)

    assert offered.intersection(used) <= set(got)
