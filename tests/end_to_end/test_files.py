"""Files that come with a message, through the whole bot."""

from base64 import b64encode

import pytest

from bot.json_types import Json
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Status
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from tests.end_to_end.conftest import MENTION, World

PNG = b"\x89PNG\r\n\x1a\nrest"
PDF = b"%PDF-1.7 contract"
CODE = b"print('seventeen')\n"
ZIP = b"PK\x03\x04\xff\xfe"


def parts(world: World, kind: str) -> list[Json]:
    """All parts of a kind in all conversations."""
    messages = [
        item["content"]
        for conversation in world.openai.conversations.values()
        for item in conversation.items
        if item["type"] == "message"
    ]
    return [part for content in messages for part in content if part["type"] == kind]


def notices(world: World, ts: str) -> list[str]:
    return [text for _, text in world.said(ts) if text.startswith(":paperclip:")]


async def ask(world: World, *files: tuple[str, bytes], text: str = "legal, look") -> str:
    ts = world.say(f"{MENTION} {text}", files=files)
    await world.idle()
    return ts


async def test_experts_get_images_documents_and_code_and_the_router_their_names(
    bot_on_both: World,
) -> None:
    world = bot_on_both
    files = (("a.png", PNG), ("b.pdf", PDF), ("c.py", CODE))

    ts = await ask(world, *files, text="What do legal and finance say?")

    assert {who for who, _ in world.said(ts)} >= {"Legal Counsel", "Finance Partner"}
    image = "data:image/png;base64," + b64encode(PNG).decode()
    document = "data:application/pdf;base64," + b64encode(PDF).decode()
    assert [part["image_url"] for part in parts(world, "input_image")] == [image] * 2
    assert [part["file_data"] for part in parts(world, "input_file")] == [document] * 2
    texts = [text for one in world.openai.conversations for text in world.asked(one)]
    assert len(texts) == 3
    assert all("[attached: a.png, b.pdf, c.py]" in text for text in texts)
    assert sum("seventeen" in text for text in texts) == 2
    assert notices(world, ts) == []
    assert world.openai.files.kept == {}


async def test_what_cannot_be_used_is_named(bot: World) -> None:
    files = (("a.zip", ZIP), ("page.html", b"<html>Hi</html>"), ("empty.txt", b""))

    ts = await ask(bot, *files, ("fine.txt", b"Fine."))

    (notice,) = notices(bot, ts)
    for name in ("a.zip", "page.html", "empty.txt"):
        assert f"`{name}`" in notice
    assert "fine.txt" not in notice
    assert any("\nFine.\n" in text for one in bot.openai.conversations for text in bot.asked(one))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url_private_download": "https://evil.example/a.pdf"}, "does not lie in Slack itself"),
        ({"url_private_download": None, "url_private": None}, "does not lie in Slack itself"),
        ({"size": 11 * 1024 * 1024}, "is larger than 10 MB"),
        ({"size": 3}, "is larger than Slack says"),
    ],
)
async def test_a_file_that_is_not_what_it_should_be_is_not_taken(
    bot: World, change: Json, why: str
) -> None:
    ts = bot.say(f"{MENTION} legal, look", files=[("a.pdf", PDF)])
    (shared,) = bot.slack.workspace.message(GENERAL, ts).files
    bot.slack.workspace.files[shared["id"]] = {**shared, **change}
    await bot.idle()

    (notice,) = notices(bot, ts)
    assert "`a.pdf`" in notice
    assert why in notice
    assert parts(bot, "input_file") == []
    assert any(who == "Legal Counsel" for who, _ in bot.said(ts))


async def test_a_file_that_has_vanished_is_named(world: World) -> None:
    await world.start_bot()
    ts = world.say(f"{MENTION} legal, look", files=[("a.pdf", PDF)])
    world.slack.workspace.files.clear()
    await world.idle()
    assert notices(world, ts) == [":paperclip: `a.pdf` is not there any more."]


async def test_a_file_from_before_the_panel_was_called_is_read(bot: World) -> None:
    ts = bot.say("Here is the contract", files=[("b.pdf", PDF)])
    await bot.idle()
    bot.say(f"{MENTION} legal, what does it say?", ts)
    await bot.idle()
    assert [part["filename"] for part in parts(bot, "input_file")] == ["b.pdf"]


async def test_the_rule_model_says_what_it_was_given(bot: World) -> None:
    bot.openai.brain = RuleBrain()
    ts = await ask(bot, ("b.pdf", PDF), ("c.py", CODE), text="legal May we use this licence?")
    (answer,) = [text for who, text in bot.said(ts) if who == "Legal Counsel"]
    assert "I was given `c.py` and `b.pdf`." in answer


async def test_where_a_model_opens_no_files_the_streamed_answer_says_so(bot: World) -> None:
    direct = bot.slack.workspace.direct_channel(ADA, BOT_USER).id
    bot.brain.then(Status(400))
    bot.brain.then("In general: yes.")
    ts = bot.slack.people.say(ADA, direct, "legal: may we?", files=[("b.pdf", PDF)])
    await bot.idle()
    (answer,) = [text for who, text in bot.said(ts, direct) if who == "Legal Counsel"]
    assert (
        answer == "In general: yes.\n\n:paperclip: _The model could not open these files:_ `b.pdf`"
    )
