"""Experts with tools, through the whole bot: what they find is cited, what they make is shown."""

import json
from base64 import b64decode
from functools import partial
from pathlib import Path

import pytest
from jsonschema import validate

from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK
from bot.assembly.checks import checkup, scopes
from bot.assembly.parts import run_part
from bot.assembly.worker import open_worker
from bot.panel.checks.findings import Severity
from bot.panel.errors import Refused
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World, body
from tests.operations.export.test_as_html import Reader

TOOLS = "hosted: [web-search, code-interpreter, image-generation]\n"


@pytest.fixture
def allowing(world: World, tmp_path: Path) -> World:
    """The world without the bot, which may have all hosted tools; the model follows rules."""
    file = tmp_path / "tools.yaml"
    file.write_text(TOOLS)
    world.environ["PANELBOT_TOOLS"] = str(file)
    world.openai.brain = RuleBrain()
    return world


async def _equipped(allowing: World) -> World:
    """Start the bot, with experts that may search, count and draw."""
    await allowing.start_bot()
    people = allowing.slack.people
    for name in ("research", "design"):
        await people.slash(ADA, GENERAL, "/experts", f"add {name}")
        await people.wait_for(partial(_is_told, allowing, f"(`{name}`)"))
    return allowing


@pytest.fixture
async def equipped(allowing: World) -> World:
    """A bot with such experts."""
    return await _equipped(allowing)


def _is_told(world: World, words: str) -> bool:
    return any(words in message.text for message in world.slack.workspace.messages(GENERAL))


async def replies(world: World, question: str) -> list[Message]:
    ts = world.say(f"{MENTION} {question}")
    await world.idle()
    return [message for message in world.thread(ts) if message.username]


def shown(message: Message, kind: str) -> list[dict]:
    return [block for block in message.blocks if block["type"] == kind]


async def test_pages_are_cited_in_footnotes(equipped: World):
    (reply,) = await replies(equipped, "research Is the MIT licence fine in closed products?")
    assert reply.username == "Research Librarian"
    assert "if its notice is kept in every copy." in body(reply)
    assert "1. `The MIT licence, explained` https://licences.example/mit" in body(reply)
    assert "](" not in body(reply)
    assert "show_sources" not in str(reply.blocks)  # there are no passages to show

    await equipped.slack.people.click(ADA, reply, SHOW_WORK)

    def work() -> str:
        return "".join(str(view.content) for view in equipped.slack.workspace.views.values())

    await equipped.slack.people.wait_for(lambda: "web search" in work())
    assert "https://licences.example/mit" in work()


async def test_a_chart_and_a_table_follow_the_answer_under_the_experts_face(equipped: World):
    answer, files = await replies(equipped, "finance Please chart 10, 20 and 60")
    assert answer.username == files.username == "Finance Partner"
    assert "sum 90, mean 30" in body(answer)
    assert "sandbox:" not in body(answer)
    (image,) = shown(files, "image")
    workspace, contents = equipped.slack.workspace, equipped.slack.state.contents
    chart = workspace.files[image["slack_file"]["id"]]
    assert contents[chart["id"]].startswith(b"\x89PNG")
    (link,) = shown(files, "section")
    (table,) = [file for file in workspace.files.values() if file["name"] == "values.csv"]
    assert f"<{table['permalink']}|values.csv>" == link["text"]["text"]
    assert contents[table["id"]] == b"n,value\n1,10\n2,20\n3,60\n"
    assert chart["channels"] == table["channels"] == [GENERAL]


async def test_an_image_tells_what_it_shows(equipped: World):
    _, files = await replies(equipped, "design Please draw a duck on a lake")
    (image,) = shown(files, "image")
    assert "a duck on a lake" in image["alt_text"]


async def test_with_conversations_of_our_own_it_is_the_same(allowing: World):
    allowing.environ["PANELBOT_BACKEND"] = "stateless"
    world = await _equipped(allowing)
    _, files = await replies(world, "finance Please chart 10, 20 and 60")
    assert len(shown(files, "image") + shown(files, "section")) == 2
    _, files = await replies(world, "design Please draw a duck on a lake")
    assert len(shown(files, "image")) == 1
    world.say("design: And what else?", files.thread_ts)
    await world.idle()
    *_, (who, last) = world.said(str(files.thread_ts))
    assert who == "Product Designer"
    assert "This follows on from" in last


async def test_what_slack_does_not_take_is_named(equipped: World):
    equipped.slack.state.scopes.discard("files:write")
    answer, files = await replies(equipped, "finance Please chart 10, 20 and 60")
    assert "sum 90" in body(answer)
    assert "`chart.png`" in body(files)
    assert "files:write" in body(files)
    assert "`values.csv`" in body(files)


async def test_a_message_that_slack_has_taken_without_saying_so_is_not_repeated(equipped: World):
    equipped.slack.hazards.on("files.completeUploadExternal", hazards.server_error())
    equipped.slack.hazards.on("chat.postMessage", hazards.reset(after_effect=True), times=3)
    answer, files = await replies(equipped, "finance Please chart 10, 20 and 60")
    assert len(shown(files, "image") + shown(files, "section")) == 2
    assert "sum 90" in body(answer)


async def test_an_expert_is_given_tools_in_its_form(equipped: World):
    people, workspace = equipped.slack.people, equipped.slack.workspace
    await people.slash(ADA, GENERAL, "/experts", "edit legal")
    await people.wait_for(lambda: workspace.views)
    (view,) = workspace.views
    assert await people.submit_view(ADA, view, {"tools": ["web-search"]}) == {}
    (reply,) = await replies(equipped, "legal Is the MIT licence fine in closed products?")
    assert "https://licences.example/mit" in body(reply)


async def test_the_export_holds_what_was_made(equipped: World):
    answer, _ = await replies(equipped, "finance Please chart 10, 20 and 60")
    thread = f"{GENERAL}/{answer.thread_ts}"
    code, out, err = await equipped.panelbot("export", thread, "--format", "json")
    assert (code, err) == (0, "")
    (talk,) = [one for one in json.loads(out)["conversations"] if one["expert"]]
    assert {"type": "tool_used", "tool": "code_interpreter"} in talk["items"]
    chart, table = talk["items"][-1]["files"]
    assert (chart["name"], table["name"]) == ("chart.png", "values.csv")
    assert b64decode(table["base64"]) == b"n,value\n1,10\n2,20\n3,60\n"


async def test_a_tool_that_the_backend_lacks_is_refused_at_the_start(allowing: World):
    allowing.environ["PANELBOT_BACKEND"] = "assistants"
    with pytest.raises(Refused, match="which PANELBOT_BACKEND=assistants cannot offer"):
        await run_part(open_worker(allowing.config()))


@pytest.mark.parametrize(
    ("backend", "verdict", "words"),
    [
        ("assistants", Severity.BAD, "cannot offer"),
        ("conversations", Severity.GOOD, "allows web-search, code-interpreter, image-generation"),
    ],
)
async def test_a_check_tells_of_the_tools(
    allowing: World, backend: str, verdict: Severity, words: str
):
    allowing.environ["PANELBOT_BACKEND"] = backend
    found = await checkup.examine(allowing.config())
    (tools,) = [finding for finding in found if "PANELBOT_TOOLS" in finding.what]
    assert tools.severity is verdict
    assert words in tools.what


@pytest.mark.parametrize(
    "more",
    [
        "equip: {web-search: [S0LEGAL]}",
        "mcp: [{label: shop, url: 'https://s.example', purpose: Sells., approvers: [S0LEGAL]}]",
    ],
)
def test_groups_in_the_tools_file_need_their_scope(allowing: World, tmp_path: Path, caplog, more):
    def missing() -> set[str]:
        caplog.clear()
        scopes.warn_of_missing_scopes(allowing.config(), frozenset({"chat:write"}))
        return {record.needed for record in caplog.records}

    assert "usergroups:read" not in missing()
    (tmp_path / "tools.yaml").write_text(f"{TOOLS}{more}\n")
    assert "usergroups:read" in missing()


_TEXT, _MAYBE = {"type": "string"}, {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "required": ["thread", "messages", "conversations"],
    "additionalProperties": False,
    "properties": {
        "thread": {
            "type": "object",
            "required": ["team", "channel", "ts", "permalink"],
            "additionalProperties": _TEXT,
        },
        "messages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["ts", "time", "speaker", "text", "format", "expert", "call_id"],
                "additionalProperties": False,
                "properties": {
                    **dict.fromkeys(("ts", "time", "speaker", "text"), _TEXT),
                    "format": {"enum": ["markdown", "plain"]},
                    **dict.fromkeys(("expert", "call_id"), _MAYBE),
                },
            },
        },
        "conversations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "role", "expert", "consulted_by", "gone", "items"],
                "properties": {
                    "role": {"enum": ["router", "expert"]},
                    "gone": {"type": "boolean"},
                    "items": {"type": "array", "items": {"required": ["type"]}},
                },
            },
        },
    },
}


@pytest.mark.long
async def test_a_thread_with_much_in_it_is_exported_in_all_formats(equipped: World):
    world, said = equipped, equipped.slack.people
    ts = world.say(f"&gt; we may\n{MENTION} finance Please chart 1 and 2", files=[("a.md", b"# A")])
    await world.idle()
    world.say("research: Is the MIT licence fine in closed products?", ts)
    await world.idle()
    gone, edited = world.say("<@U0BEN> secretly", ts), world.say("<@U0BEN> before-words", ts)
    said.edit(ADA, GENERAL, edited, "<@U0BEN> after-words")
    said.delete(ADA, GENERAL, gone)
    world.say("stop", ts)
    await world.idle()

    written = {}
    for format_ in ("json", "html", "md"):
        code, written[format_], err = await world.panelbot(
            "export", f"{GENERAL}/{ts}", "--format", format_
        )
        assert (code, err) == (0, ""), format_
        assert "values.csv" in written[format_]
        assert "licences.example" in written[format_]
        assert "after-words" in written[format_]
        assert "before-words" not in written[format_]
        assert "secretly" not in written[format_]
    told = json.loads(written["json"])
    validate(told, SCHEMA)
    assert {one["expert"] for one in told["conversations"]} == {None, "finance", "research"}
    assert not {"script", "iframe"} & set(Reader(written["html"]).tags)
