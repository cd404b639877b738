"""Tools that need approval, through the whole bot: from the question to what people decide."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE, SHOW_WORK
from bot.assembly import storage
from bot.experts import library
from bot.panel.model import ToolName
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.stand_in.brain import UseServer
from bot.playground.slack.workspace.company import ADA, BEN, CHLOE, DEV, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually
from tests.scripted_brain import by_instructions

TICKET = UseServer("shop", "open_ticket", {"title": "Broken", "details": "All of it."})
AFTERWARDS = "Answer 2 of the legal counsel of a technology company"
QUESTION = f"{MENTION} legal Open a ticket, please."


@pytest.fixture
async def shop() -> AsyncIterator[McpPlayground]:
    async with McpPlayground() as playground:
        yield playground


@pytest.fixture
async def equipped(world: World, shop: McpPlayground, tmp_path: Path) -> World:
    """The world with the bot, whose legal expert may use the shop if somebody approves."""
    allowed = tmp_path / "tools.yaml"
    entry = f"{{label: shop, url: {shop.url}, purpose: A shop, not_the_asker: no}}"
    allowed.write_text(f"mcp: [{entry}]\n")
    world.environ["PANELBOT_TOOLS"] = str(allowed)
    async with storage.open_storage(world.config()) as memory:
        (legal,) = [one for one in library.library() if one.name == "legal"]
        scope = WorkspaceScope(world.slack.workspace.team_id)
        await memory.panels.add(scope, replace(legal, tools=(ToolName("mcp:shop"),)))
    await world.start_bot()
    return world


def question(world: World, ts: str) -> Message:
    """The message that asks."""
    (found,) = [one for one in world.thread(ts) if "wants to use" in str(one.blocks)]
    return found


async def asked(world: World) -> str:
    """Let Ada ask what needs a tool; returns when people are asked to decide."""
    world.brain.when(by_instructions("legal counsel"), TICKET)
    ts = world.say(QUESTION)
    await world.idle()
    return ts


def is_open(world: World, ts: str) -> bool:
    return '"actions"' in str(question(world, ts).blocks).replace("'", '"')


def link(ts: str) -> str:
    return f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"


def whispers(world: World, user: str) -> list[str]:
    return [one.text for one in world.slack.workspace.ephemeral(user, GENERAL)]


async def test_what_is_approved_is_done(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)
    assert shop.shop.tickets == []
    shown = str(question(equipped, ts).blocks)
    assert "open_ticket" in shown
    assert 'title: \\"Broken\\"' in shown or 'title: "Broken"' in shown

    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()

    assert shop.shop.tickets == [{"title": "Broken", "details": "All of it."}]
    assert equipped.said(ts)[-1][0] == "Legal Counsel"
    assert f"Approved by <@{ADA}>, <!date^" in str(question(equipped, ts).blocks)
    assert not is_open(equipped, ts)


@pytest.mark.long
async def test_a_decision_that_is_delivered_twice_counts_once(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)
    equipped.slack.hazards.repeated = "at once"

    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()

    assert len(shop.shop.tickets) == 1
    assert whispers(equipped, ADA) == []  # else: that it is decided already


async def test_what_is_declined_is_not_done(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)

    await equipped.slack.people.click(ADA, question(equipped, ts), DECLINE)
    await equipped.idle()

    assert shop.calls == []
    assert equipped.said(ts)[-1][0] == "Legal Counsel"
    assert "Declined by" in str(question(equipped, ts).blocks)


async def test_what_nobody_decides_counts_as_declined(equipped: World, shop: McpPlayground):
    await equipped.stop_bot()
    equipped.environ["PANELBOT_APPROVAL_HOURS"] = "0.0003"
    await equipped.start_bot()
    ts = await asked(equipped)

    await equipped.slack.people.wait_for(lambda: not is_open(equipped, ts))
    await equipped.idle()

    assert "Nobody decided in time" in str(question(equipped, ts).blocks)
    assert shop.calls == []
    assert equipped.said(ts)[-1][0] == "Legal Counsel"


async def test_what_is_asked_for_a_question_that_is_deleted_is_closed(
    equipped: World, shop: McpPlayground
):
    ts = await asked(equipped)
    equipped.slack.people.delete(ADA, GENERAL, ts)
    await equipped.slack.people.wait_for(lambda: not is_open(equipped, ts), timeout=20)
    await equipped.idle()

    assert "the question was deleted" in str(question(equipped, ts).blocks)
    assert shop.calls == []
    assert len(equipped.thread(ts)) == 1


async def test_a_decision_after_a_restart_counts(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)
    await equipped.stop_bot()
    await equipped.start_bot()

    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()

    assert len(shop.shop.tickets) == 1
    assert equipped.said(ts)[-1][0] == "Legal Counsel"


async def test_a_double_click_and_a_second_opinion_change_nothing(
    equipped: World, shop: McpPlayground
):
    ts = await asked(equipped)
    message = question(equipped, ts)
    click = equipped.slack.people.click

    await asyncio.gather(*(click(ADA, message, action) for action in (APPROVE, APPROVE, DECLINE)))
    await equipped.idle()

    assert len(shop.shop.tickets) <= 1  # none if the one who declined was faster
    assert len([who for who, _ in equipped.said(ts) if who == "Legal Counsel"]) == 1
    await eventually(lambda: whispers(equipped, ADA))
    others = [words for words in whispers(equipped, ADA) if "already been decided" not in words]
    assert others == []


async def test_whoever_may_not_decide_is_told_so_alone(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)

    await equipped.slack.people.click(CHLOE, question(equipped, ts), APPROVE)

    await eventually(lambda: whispers(equipped, CHLOE))
    assert "Vous ne pouvez pas décider de cela" in whispers(equipped, CHLOE)[0]  # her language
    assert is_open(equipped, ts)
    assert shop.calls == []


async def test_a_group_can_be_named_to_decide(equipped: World, shop: McpPlayground):
    await equipped.stop_bot()
    equipped.slack.workspace.group_members["S0BUYERS"] = [CHLOE]
    equipped.environ["PANELBOT_APPROVERS"] = "S0BUYERS"
    await equipped.start_bot()
    ts = await asked(equipped)

    await equipped.slack.people.click(DEV, question(equipped, ts), APPROVE)
    await eventually(lambda: whispers(equipped, DEV))
    await equipped.slack.people.click(CHLOE, question(equipped, ts), APPROVE)
    await equipped.idle()

    assert "Who can: people named for it" in whispers(equipped, DEV)[0]
    assert len(shop.shop.tickets) == 1


async def test_who_writes_on_waits_for_nobody(equipped: World, shop: McpPlayground):
    ts = await asked(equipped)

    equipped.say("legal: Never mind. What about trade marks?", ts)
    await equipped.idle()

    assert equipped.said(ts)[-1] == (
        "Legal Counsel",
        "Answer 2 of the legal counsel of a technology company",
    )
    assert "something new was asked" in str(question(equipped, ts).blocks)
    assert shop.calls == []


async def test_a_conversation_is_mended_though_redis_has_forgotten(
    equipped: World, shop: McpPlayground
):
    ts = await asked(equipped)
    scope = [key for key in await equipped.redis.keys("*") if "approvals:" in key]
    await equipped.redis.delete(*scope)

    equipped.say("legal: Never mind. What about trade marks?", ts)
    await equipped.idle()

    assert equipped.said(ts)[-1] == (
        "Legal Counsel",
        "Answer 2 of the legal counsel of a technology company",
    )
    assert shop.calls == []


async def test_what_is_to_be_decided_is_forgotten_with_its_thread(
    equipped: World, shop: McpPlayground
):
    ts = await asked(equipped)
    message = question(equipped, ts)

    code, _, err = await equipped.panelbot("forget", link(ts), "--yes")

    assert code == 0, err
    assert [key for key in await equipped.redis.keys("*") if "approvals:" in key] == []
    await equipped.slack.people.click(ADA, message, APPROVE)
    await eventually(lambda: whispers(equipped, ADA))
    assert "or closed" in whispers(equipped, ADA)[0]
    await equipped.idle()
    assert shop.calls == []


async def test_show_work_and_the_export_tell_of_the_decision(equipped: World):
    ts = await asked(equipped)
    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()
    reply = equipped.thread(ts)[-1]

    await equipped.slack.people.click(BEN, reply, SHOW_WORK)

    def shown() -> str:
        return str([view.content for view in equipped.slack.workspace.views.values()])

    await equipped.slack.people.wait_for(lambda: "Needed approval" in shown())
    assert "approved (Ada" in shown()
    code, out, err = await equipped.panelbot("export", link(ts))
    assert (code, err) == (0, "")
    assert "Wanted to use open\\_ticket of shop" in out
    assert "**Approved**: Ada" in out


async def test_what_is_asked_is_not_in_the_log(equipped: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    ts = await asked(equipped)
    await equipped.slack.people.click(ADA, question(equipped, ts), APPROVE)
    await equipped.idle()

    records = [str(record.__dict__) for record in caplog.records if record.name.startswith("bot.")]
    told = [line for line in records if "bot.playground" not in line]
    assert any("approval.decided" in line for line in told)
    assert not any("Broken" in line or "All of it" in line for line in told)


@pytest.mark.parametrize(("approvers", "is_missed"), [("S0BUYERS", True), ("asker", False)])
async def test_check_misses_the_scope_that_groups_take(
    world: World, approvers: str, *, is_missed: bool
):
    world.slack.state.scopes.discard("usergroups:read")
    world.environ["PANELBOT_APPROVERS"] = approvers

    _, out, _ = await world.panelbot("check")

    assert ("usergroups:read is missing" in out) is is_missed
