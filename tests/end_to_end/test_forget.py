"""``panelbot forget``, as a process of its own, of threads that have really happened."""

import asyncio
from pathlib import Path

import pytest

from bot.assembly import storage
from bot.assembly.web import open_web
from bot.panel.model import TurnId, UserId
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.playground.openai.stand_in.brain import Text, WaitFor
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, PRODUCT
from tests import openai_faults as faults
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

LEGAL = "of the legal counsel of a technology company"
ITEM = "DELETE /v1/conversations/*/items/*"


async def asked(world: World, question: str = "please ask legal and finance") -> str:
    """Let a question be answered in a new thread; return its ts."""
    ts = world.say(f"{MENTION} {question}")
    await world.idle()
    return ts


async def restart(world: World, backend: str) -> None:
    await world.stop_bot()
    world.environ["PANELBOT_BACKEND"] = backend
    await world.start_bot()


async def judge(world: World, ts: str, user: str) -> None:
    """Let *user* think well of the synthesis in a thread."""
    team = world.slack.workspace.team_id
    judged = Judged(TurnId(f"{team}:{GENERAL}:{ts}"), "synthesis", None)
    async with storage.open_storage(world.config()) as memory:
        opinion = Feedback(judged, ts, UserId(user), Opinion.GOOD, 1, "gpt-6-luna")
        await memory.feedback.save(team, opinion)


async def held(world: World, ts: str) -> list[str]:
    """Return the keys that name a thread, or belong to it; that a message was seen is no matter."""
    found = []
    async for key in world.redis.scan_iter("panelbot:*"):
        texts = [key]
        if await world.redis.type(key) == "string":
            texts.append(await world.redis.get(key))
        if await world.redis.type(key) == "hash":
            texts += [text for pair in (await world.redis.hgetall(key)).items() for text in pair]
        if any(ts in text for text in texts) and ":seen:" not in key:
            found.append(key)
    return sorted(found)


def kept(world: World) -> int:
    """Return how many conversations the model's side keeps."""
    return len(world.openai.conversations) + len(world.openai.threads)


@pytest.mark.parametrize("backend", ["conversations", "assistants", "stateless"])
async def test_a_thread_is_forgotten_on_every_backend(world: World, backend: str):
    await restart(world, backend)
    ts, other = await asked(world), await asked(world, "please ask legal")
    world.say(f"{MENTION} add security", ts)
    await world.idle()
    await judge(world, ts, ADA)
    before, others_keys = kept(world), await held(world, other)
    link = f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"

    code, out, err = await world.panelbot("forget", link, "--yes")

    assert code == 0, err
    assert f"{GENERAL}/{ts}  3 conversations, 1 report, 0 turns given up" in out
    assert "Deleted: 1 thread with 3 conversations (" in out
    assert "(0 items)" not in out
    assert "1 report, 1 opinion" in out
    assert await held(world, ts) == []
    assert await held(world, other) == others_keys
    assert kept(world) == (0 if backend == "stateless" else before - 3)
    assert len(await world.redis.keys("panelbot:{kept:*}:head")) == (2 * (backend == "stateless"))
    world.say("and what says legal now?", ts)
    await world.idle()
    assert world.said(ts)[-1] == ("Legal Counsel", f"Answer 1 {LEGAL}")


async def test_a_dry_run_and_a_no_delete_nothing(bot: World):
    ts = await asked(bot)
    keys = await held(bot, ts)
    about = f"{GENERAL}/{ts}  3 conversations"

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--dry-run")
    assert code == 0, err
    assert about in out
    assert out.endswith("Nothing was deleted.\n")
    code, out, _ = await bot.panelbot("forget", f"{GENERAL}/{ts}")
    assert code == 1
    assert about in out

    assert await held(bot, ts) == keys
    assert kept(bot) == 3


async def test_what_is_not_there_is_said_and_done_again_is_fine(bot: World):
    ts = await asked(bot)
    assert (await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes"))[0] == 0

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert (code, err) == (0, "")
    assert out == "There is no data about it.\nNothing was deleted.\n"


async def test_a_running_turn_is_waited_for_and_what_waits_is_dropped(bot: World):
    ts = await asked(bot, "please ask legal")
    goes_on = asyncio.Event()
    bot.brain.then(WaitFor(goes_on), Text("Here I am."))
    bot.say("and now?", ts)
    await eventually(lambda: any(one.locked_by for one in bot.openai.conversations.values()))
    bot.say("and this waits", ts)

    code, _, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes", "--wait", "0")
    assert code == 1
    assert f"{GENERAL}/{ts}: a turn is running there" in err
    assert kept(bot) == 2
    async with bot.command("forget", f"{GENERAL}/{ts}", "--yes") as waiting:
        goes_on.set()
        out, errors = await waiting.communicate()

    assert waiting.returncode == 0, errors
    await bot.idle()
    assert kept(bot) == 0
    assert b"Deleted: 1 thread" in out


async def test_a_turn_that_was_given_up_or_waits_is_dropped(bot: World):
    bot.slack.hazards.on("chat.postMessage", hazards.error("restricted_action"), times=10)
    ts = await asked(bot, "please ask legal")
    bot.slack.hazards.clear()
    await bot.stop_bot()
    async with open_web(bot.config()) as serve:
        serving = asyncio.create_task(serve())
        await bot.slack.sockets.wait_for_connection()
        bot.say(f"{MENTION} another one", ts)
        await eventually_waiting(bot)
        serving.cancel()

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert code == 0, err
    assert "1 waiting message, 1 turn given up" in out
    assert await held(bot, ts) == []


async def eventually_waiting(world: World) -> None:
    """Return when a message waits in the queue."""
    async with asyncio.timeout(5):
        while not await world.redis.keys("panelbot:{0}:inbox:*"):  # noqa: ASYNC110 - as it says
            await asyncio.sleep(0.005)


async def test_what_cannot_be_deleted_is_told_and_found_again(bot: World):
    ts = await asked(bot)
    bot.openai.faults.on(ITEM, faults.status(403), times=1)

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert code == 1
    assert "Deleted: 0 threads with 0 conversations" in out
    assert (
        "Not everything could be deleted; run the command again to retry:\n"
        f"panelbot:   {GENERAL}/{ts}: HTTP 403"
    ) in err
    assert len([key for key in await held(bot, ts) if "links" in key]) == 1
    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")
    assert code == 0, err
    assert await held(bot, ts) == []
    assert kept(bot) == 0


async def test_a_short_outage_is_waited_for(bot: World):
    ts = await asked(bot)
    bot.openai.faults.on(ITEM, faults.status(500), times=1)

    code, _, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert code == 0, err
    assert kept(bot) == 0


async def test_all_is_found_also_when_redis_has_forgotten_and_after_a_new_beginning(bot: World):
    ts = await asked(bot)
    router = next(i for i, one in bot.openai.conversations.items() if "expert" not in one.metadata)
    lost = bot.openai.conversations.pop(router)
    bot.say("and what says legal now?", ts)
    await bot.idle()
    bot.openai.conversations[router] = lost
    await bot.redis.flushdb()

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes")

    assert code == 0, err
    assert kept(bot) == 0
    assert "with 4 conversations" in out


async def test_the_bots_own_messages_are_deleted_where_that_is_wanted(bot: World):
    ts = await asked(bot)
    bot.say("thanks", ts)
    await bot.idle()

    code, out, err = await bot.panelbot("forget", f"{GENERAL}/{ts}", "--yes", "--messages")

    assert code == 0, err
    assert [message.text for message in bot.thread(ts)] == ["thanks"]
    assert "0 messages in Slack" not in out


async def test_what_is_gone_is_told_also_where_something_remains(bot: World):
    ts = await asked(bot)
    bot.slack.hazards.on("chat.delete", hazards.error("cant_delete_message"))
    told = ("forget", f"{GENERAL}/{ts}", "--yes", "--messages")

    code, out, err = await bot.panelbot(*told)

    assert code == 1
    assert "Deleted: 0 threads with 3 conversations" in out
    assert f"{GENERAL}/{ts}: cant_delete_message" in err
    code, out, err = await bot.panelbot(*told)
    assert code == 0, err
    assert "Deleted: 1 thread with 0 conversations" in out
    assert bot.thread(ts) == []


async def test_a_channel_is_forgotten_with_its_panel_and_documents(bot: World, tmp_path: Path):
    first, second = await asked(bot), await asked(bot, "please ask legal")
    elsewhere = bot.slack.people.say(ADA, PRODUCT, f"{MENTION} please ask legal")
    await bot.idle()
    await bot.slack.people.slash(ADA, GENERAL, "/experts", "add security")
    contract = tmp_path / "contract.md"
    contract.write_text("# Contract\n\nThirty days.\n")
    taught = await bot.panelbot("knowledge", "add", "legal", str(contract), "--channel", GENERAL)
    assert taught[0] == 0

    code, out, err = await bot.panelbot("forget", GENERAL, "--yes")

    assert code == 0, err
    assert "Deleted: 2 threads with 5 conversations" in out
    assert "1 channel panel, 1 document" in out
    assert not bot.openai.vector_stores.kept
    assert kept(bot) == 2
    assert [await held(bot, ts) for ts in (first, second)] == [[], []]
    assert await held(bot, elsewhere)
    assert not await bot.redis.keys(f"panelbot:panel:*:{GENERAL}*")


async def test_a_channel_that_slack_hides_is_forgotten_as_far_as_redis_knows_it(bot: World):
    ts = await asked(bot)
    bot.slack.hazards.on("conversations.history", hazards.error("not_in_channel"), times=9)

    code, out, err = await bot.panelbot("forget", GENERAL, "--yes")

    assert code == 0, err
    assert "Slack does not let the bot read that channel" in out
    assert await held(bot, ts) == []
    assert kept(bot) == 0


async def test_of_a_person_the_threads_they_began_and_their_opinions_are_forgotten(bot: World):
    mine = await asked(bot)
    theirs = bot.slack.people.say(BEN, GENERAL, f"{MENTION} please ask legal")
    await bot.idle()
    bot.say("I see", theirs)
    await bot.idle()
    for user in (ADA, BEN):
        await judge(bot, theirs, user)

    code, out, err = await bot.panelbot("forget", f"<@{ADA}>", "--yes")

    assert code == 0, err
    assert (
        f"They have also spoken in threads that others began, which stay: {GENERAL}/{theirs}" in out
    )
    assert "Deleted: 1 thread with 3 conversations" in out
    assert "1 opinion" in out
    assert await held(bot, mine) == []
    opinions = await bot.redis.hgetall((await bot.redis.keys("panelbot:feedback:*"))[0])
    assert [voice.rpartition(" ")[2] for voice in opinions] == [BEN]


async def test_conversations_of_another_backend_are_deleted_or_said_to_be_elsewhere(world: World):
    await restart(world, "conversations")
    here, there = await asked(world), await asked(world)
    await world.stop_bot()
    world.environ["PANELBOT_BACKEND"] = "stateless"
    code, _, err = await world.panelbot("forget", f"{GENERAL}/{here}", "--yes")
    assert code == 0, err
    assert kept(world) == 3
    lost = list(world.openai.conversations)
    world.openai.conversations.clear()

    code, out, err = await world.panelbot("forget", f"{GENERAL}/{there}", "--yes")

    assert code == 0, err
    assert "Not found on this server, and of another backend: " in out
    assert [one for one in lost if one not in out] == []
