"""``panelbot export``, as a process of its own, of a thread that has really happened."""

import json

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.panel.language_model.exchange import UserSaid
from bot.playground.slack.workspace.company import ADA, GENERAL, PRODUCT
from tests.end_to_end.conftest import MENTION, World


async def exported(world: World) -> tuple[str, str]:
    """Let a thread happen; return its ts and its permalink."""
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    return ts, f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"


async def test_the_thread_and_all_conversations_are_in_the_export(bot: World):
    ts, permalink = await exported(bot)

    code, out, err = await bot.panelbot("export", permalink, "--format", "json")

    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["thread"]["ts"] == ts
    speakers = [message["speaker"] for message in told["messages"]]
    assert speakers[0] == "Ada"
    assert {"Legal Counsel", "Finance Partner", "Panelbot"} < set(speakers)
    assert [one["expert"] for one in told["conversations"]] == [None, "finance", "legal"]
    router = told["conversations"][0]["items"]
    calls = [item for item in router if item["type"] == "call"]
    assert {call["arguments"]["reason"] for call in calls} == {"It was named."}
    answered = {message["call_id"] for message in told["messages"] if message["expert"]}
    assert answered == {call["consultation"] for call in calls}


@pytest.mark.parametrize(("format_", "begins"), [("md", "# "), ("html", "<!doctype html>")])
async def test_it_is_written_to_a_file_in_the_format_that_is_wanted(
    bot: World, tmp_path, format_: str, begins: str
):
    ts, _ = await exported(bot)
    file = tmp_path / "thread"

    code, out, err = await bot.panelbot(
        "export", f"{GENERAL}/{ts}", "--format", format_, "--out", str(file)
    )

    assert (code, out, err) == (0, "", "")
    text = file.read_text()
    assert text.startswith(begins)
    assert "Answer 1 of" in text
    assert "They agree." in text


async def test_a_long_answer_and_a_long_conversation_are_whole(bot: World):
    long = "\n\n".join(f"Paragraph {number} " + "x" * 200 for number in range(80))
    bot.brain.when(lambda request: not request.tools, long)
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    expert = next(i for i, c in bot.openai.conversations.items() if "expert" in c.metadata)
    async with connect(bot.openai.api_key, bot.openai.base_url) as client:
        model = ConversationsModel(client, salt="")
        await model.append(expert, [UserSaid(f"Question {number}.") for number in range(230)])

    _, out, _ = await bot.panelbot("export", f"{GENERAL}/{ts}", "--format", "json")

    told = json.loads(out)
    said = "\n\n".join(message["text"] for message in told["messages"])
    assert [number for number in range(80) if f"Paragraph {number} " not in said] == []
    items = told["conversations"][1]["items"]
    assert [item["text"] for item in items[-230:]] == [f"Question {n}." for n in range(230)]


@pytest.mark.parametrize("what", ["nonsense", "https://acme.slack.com/messages/x"])
async def test_what_is_no_permalink_is_told_in_one_sentence(bot: World, what: str):
    code, out, err = await bot.panelbot("export", what)

    assert (code, out) == (1, "")
    assert err.startswith(f"panelbot: {what!r} is not a thread: ")
    assert len(err.splitlines()) == 1


async def test_a_thread_that_is_not_ours_is_told_in_one_sentence(bot: World):
    people = bot.slack.people.say(ADA, PRODUCT, "among us")
    bot.slack.people.say(ADA, PRODUCT, "yes", people)

    code, out, err = await bot.panelbot("export", f"{PRODUCT}/{people}")

    assert (code, out) == (1, "")
    assert err.startswith("panelbot: Neither Redis nor Slack nor OpenAI knows")
    assert len(err.splitlines()) == 1


async def test_a_file_that_cannot_be_written_is_told(bot: World, tmp_path):
    ts, _ = await exported(bot)

    code, _, err = await bot.panelbot("export", f"{GENERAL}/{ts}", "--out", str(tmp_path))

    assert code == 1
    assert err == f"panelbot: {tmp_path} cannot be written: Is a directory.\n"


async def test_a_conversation_that_was_deleted_is_said_to_be_gone(bot: World):
    ts, _ = await exported(bot)
    expert = next(i for i, c in bot.openai.conversations.items() if "expert" in c.metadata)
    del bot.openai.conversations[expert]

    code, out, _ = await bot.panelbot("export", f"{GENERAL}/{ts}")

    assert code == 0
    assert out.count("It is gone") == 1
