"""Experts with documents, through the whole bot."""

from pathlib import Path

import pytest

from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World, body

HANDBOOK = "# Handbook\n\nEverybody has thirty days of holiday.\n\nLaptops last four years.\n"
QUESTION = f"{MENTION} legal How many days of holiday are there?"


@pytest.fixture
def handbook(tmp_path: Path) -> str:
    path = tmp_path / "handbook.md"
    path.write_text(HANDBOOK)
    return str(path)


@pytest.fixture
async def taught(bot: World, handbook: str) -> World:
    """A bot whose legal expert has a handbook; the model follows rules."""
    bot.openai.brain = RuleBrain()
    code, out, err = await bot.panelbot("knowledge", "add", "legal", handbook)
    assert (code, out) == (0, "legal now has 1 of 1 document.\n"), err
    return bot


async def reply(world: World, question: str = QUESTION) -> str:
    ts = world.say(question)
    await world.idle()
    return next(text for who, text in world.said(ts) if who == "Legal Counsel")


async def test_an_expert_cites_what_it_was_taught(taught: World):
    answer = await reply(taught)
    assert "“Everybody has thirty days of holiday.”¹" in answer
    assert answer.endswith("**Sources**\n\n1. `handbook.md`")


async def test_the_passages_open_at_a_click_also_from_another_process(taught: World):
    ts = taught.say(QUESTION)
    await taught.idle()
    (message,) = [one for one in taught.thread(ts) if "show_sources" in str(one.blocks)]
    await taught.stop_bot()
    await taught.redis.flushdb()
    await taught.start_bot()

    await taught.slack.people.click(ADA, message, "show_sources")

    def passages() -> str:
        return "".join(str(view.content) for view in taught.slack.workspace.views.values())

    await taught.slack.people.wait_for(lambda: "Laptops last four years." in passages())
    assert "handbook.md" in passages()


async def test_documents_are_always_consulted_where_that_is_set(taught: World):
    await reply(taught, f"{MENTION} legal What about zebras?")
    code, out, _ = await taught.panelbot("knowledge", "consult", "legal", "always")
    assert (code, out) == (0, "Legal Counsel consults its documents for every question.\n")
    assert "My documents say nothing" in await reply(taught, f"{MENTION} legal And zebras?")
    choices = [r.body.get("tool_choice") for r in taught.openai.requests if r.body.get("include")]
    assert choices == ["auto", {"type": "file_search"}]


async def test_documents_are_listed_read_anew_and_removed(taught: World):
    code, out, err = await taught.panelbot("knowledge", "list", "legal")
    assert (code, err) == (0, "")
    assert out.startswith("Legal Counsel consults its documents where they help.\nhandbook.md  (")
    assert "all channels; 0.1 kB; ready; file-" in out
    code, out, _ = await taught.panelbot("knowledge", "list")
    assert (code, out.startswith("handbook.md  (legal, all channels; ")) == (0, True)

    code, out, _ = await taught.panelbot("knowledge", "reindex", "legal")
    assert (code, out) == (0, "legal: indexed 1 of 1 document.\n")
    code, out, _ = await taught.panelbot("knowledge", "remove", "legal", "handbook.md")
    assert (code, out) == (0, "handbook.md removed.\n")

    assert taught.openai.files.kept == {}
    _, out, _ = await taught.panelbot("knowledge", "list", "legal")
    assert out == "Legal Counsel has no documents.\n"
    assert "Sources" not in await reply(taught)


async def test_documents_of_a_channel_are_that_channels_own(bot: World, handbook: str):
    bot.openai.brain = RuleBrain()
    added = await bot.panelbot("knowledge", "add", "legal", handbook, "--channel", GENERAL)
    assert added[0] == 0
    _, everywhere, _ = await bot.panelbot("knowledge", "list", "legal")
    assert everywhere == "Legal Counsel has no documents.\n"
    assert "handbook.md" in await reply(bot)


async def test_what_is_taught_in_slack_is_cited_and_can_be_removed_there(bot: World):
    bot.openai.brain = RuleBrain()
    people, workspace = bot.slack.people, bot.slack.workspace
    await people.slash(ADA, GENERAL, "/experts", "teach legal")
    await people.wait_for(lambda: workspace.views)
    file = new_file(bot.slack.state, "handbook.md", HANDBOOK.encode(), ADA)
    assert await people.submit_view(ADA, next(iter(workspace.views)), {"files": [file]}) == {}
    await people.wait_for(
        lambda: "`handbook.md`" in "".join(map(body, workspace.messages(GENERAL)))
    )
    assert "1. `handbook.md`" in await reply(bot)

    await people.slash(ADA, GENERAL, "/experts", "documents legal")
    await people.wait_for(lambda: len(workspace.ephemeral(ADA, GENERAL)) > 1)
    await people.click(ADA, list(workspace.ephemeral(ADA, GENERAL))[-1], "remove_document")
    await people.wait_for(lambda: not bot.openai.files.kept)
    assert "Sources" not in await reply(bot)


async def test_documents_survive_the_loss_of_redis(taught: World, handbook: str):
    (store,) = taught.openai.vector_stores.kept
    await taught.redis.flushdb()
    assert "Sources" not in await reply(taught)
    await taught.panelbot("knowledge", "add", "legal", handbook)
    assert list(taught.openai.vector_stores.kept) == [store]
    assert "`handbook.md`" in await reply(taught)


async def test_what_cannot_be_learnt_is_told_and_the_rest_is_learnt(taught: World, tmp_path: Path):
    (tmp_path / "good.txt").write_text("Zebras are striped.")
    (tmp_path / "bad.txt").write_bytes(b"\xfc")
    (tmp_path / "blank.md").write_text(" \n\n")
    files = [str(tmp_path / name) for name in ("good.txt", "bad.txt", "blank.md")]
    code, out, err = await taught.panelbot("knowledge", "add", "legal", *files)
    assert (code, out) == (1, "legal now has 1 of 3 documents.\n")
    assert "blank.md: I cannot use `blank.md`: there is no readable text in it" in err
    assert "bad.txt: I cannot use `bad.txt`: nothing could be read in it" in err

    (tmp_path / "song.mp3").write_bytes(b"la")
    code, out, err = await taught.panelbot("knowledge", "add", "legal", str(tmp_path / "song.mp3"))
    assert (code, out) == (1, "")
    assert "of a kind that cannot be searched" in err


async def test_an_expired_store_is_listed_as_lost_and_replaced(taught: World, handbook: str):
    (store,) = taught.openai.vector_stores.kept.values()
    store.expired = True
    lost = "the vector store has expired, or was deleted at the model service; add them again."
    assert (await taught.panelbot("knowledge", "list", "legal"))[1] == (
        f"Legal Counsel has lost documents: {lost}\n"
    )
    assert (await taught.panelbot("knowledge", "list"))[1] == (
        f"legal, all channels: {lost}  ({store.id})\n"
    )
    assert "without my documents" in await reply(taught)
    assert (await taught.panelbot("knowledge", "add", "legal", handbook))[0] == 0
    assert "`handbook.md`" in await reply(taught)
    _, out, _ = await taught.panelbot("knowledge", "list", "legal")
    assert "lost" not in out


async def test_an_expert_whose_documents_are_gone_says_so_and_the_conversation_stays(
    taught: World,
):
    await reply(taught)
    conversations = set(taught.openai.conversations)
    taught.openai.vector_stores.kept.clear()
    ts = taught.say(QUESTION)
    await taught.idle()
    assert any("without my documents" in text for _, text in taught.said(ts))
    assert len(taught.openai.conversations) == len(conversations) + 2  # the new thread's
