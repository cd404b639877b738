"""Messages that show files."""

import json

import jsonschema
import pytest

from bot.adapters.slack.blocks import messages
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Post
from bot.panel.model import ExpertName, FileId, Persona, TurnId
from bot.playground.slack.workspace.company import GENERAL
from tests.adapters.slack.api.test_uploads import store

CHART = StoredFile(FileId("F0CHART01"), "chart.png", "https://x.example/F1", "Costs", is_image=True)
TABLE = StoredFile(FileId("F0TABLE01"), "a&b|<c>.csv", "https://x.example/F2")
PNG = b"\x89PNG\r\n\x1a\n"


def post(*stored_files: StoredFile) -> Post:
    return Post(
        TurnId("T0ACME:C0GENERAL:1.0"),
        "made:call_1",
        "\n".join(f":paperclip: `{file.name}`" for file in stored_files),
        persona=Persona("Analyst", ":bar_chart:"),
        expert=ExpertName("data"),
        stored_files=stored_files,
    )


def test_slack_takes_what_shows_files(shared):
    schema = json.loads((shared / "slack/schemas/A_chat_postMessage.json").read_text())
    blocks = messages.shown_files([CHART, TABLE])
    message = {"channel": "C1", "text": "Files", "blocks": blocks}
    jsonschema.Draft7Validator(schema).validate(message)
    assert [block["type"] for block in blocks] == ["image", "section"]


def test_an_image_has_an_alternative_text():
    (image,) = messages.shown_files([CHART])
    assert image["alt_text"] == "Costs"
    (nameless,) = messages.shown_files([StoredFile(CHART.id, "chart.png", "", is_image=True)])
    assert "chart.png" in nameless["alt_text"]


def test_nothing_in_a_name_is_live():
    (section,) = messages.shown_files([TABLE])
    assert section["text"]["text"] == "<https://x.example/F2|a&amp;b/&lt;c&gt;.csv>"


@pytest.mark.parametrize("url", ["", "javascript:1", "https://x|y", "https://x> <!channel"])
def test_an_address_that_is_none_is_left_out(url: str):
    (section,) = messages.shown_files([StoredFile(TABLE.id, "a.csv", url)])
    assert section["text"]["text"] == "a.csv"


async def test_files_are_shown_under_the_persona(neighbour):
    thread = neighbour.begin()
    chart = await store(neighbour.files, "chart.png", "Costs", PNG)
    table = await store(neighbour.files, "a.csv", "", b"n")
    await neighbour.messenger.post(thread, post(chart, table))
    (reply,) = neighbour.replies(thread)
    assert reply.username == "Analyst"
    assert [block["type"] for block in reply.blocks] == ["markdown", "image", "section"]
    files = neighbour.slack.workspace.files
    assert files[chart.id]["channels"] == files[table.id]["channels"] == [GENERAL]


async def test_an_image_that_slack_does_not_take_is_linked(neighbour):
    thread = neighbour.begin()
    chart = await store(neighbour.files, "chart.png", "Costs", PNG)
    neighbour.slack.state.processing[chart.id] = 9
    await neighbour.messenger.post(thread, post(chart))
    (reply,) = neighbour.replies(thread)
    assert {block["type"] for block in reply.blocks} == {"section"}
    assert f"<{chart.url}|chart.png>" in reply.blocks[-1]["text"]["text"]
    assert f"<{chart.url}|chart.png>" in reply.text
    assert neighbour.slack.workspace.files[chart.id]["channels"] == [GENERAL]


async def test_where_slack_drops_personas_the_files_stay(neighbour):
    neighbour.slack.hazards.personas = "ignored"
    thread = neighbour.begin()
    chart = await store(neighbour.files, "chart.png", "Costs", PNG)
    await neighbour.messenger.post(thread, post(chart))
    (reply,) = neighbour.replies(thread)
    assert "**Analyst**" in reply.blocks[0]["text"]
    assert reply.blocks[1]["type"] == "image"
