"""MCP servers that fail, through the whole bot: the expert goes on without them, and says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.assembly import storage
from bot.experts import library
from bot.panel.model import ToolName
from bot.panel.roster.roster import WorkspaceScope
from bot.panel.texts import sentences, shortcomings
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.rule_model.rules import RuleBrain
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

WITHOUT = shortcomings.servers_failed(["shop"])


@pytest.fixture
async def shop() -> AsyncIterator[McpPlayground]:
    async with McpPlayground(token="right") as playground:
        yield playground


async def equip(world: World, tmp_path: Path, url: str, backend: str) -> None:
    """Start the bot, whose legal expert may use a shop without asking anybody."""
    allowed = tmp_path / "tools.yaml"
    entry = f"label: shop, url: {url}, purpose: A shop, approval: never, authorization: SHOP_TOKEN"
    allowed.write_text(f"mcp: [{{{entry}}}]\n")
    world.environ |= {"PANELBOT_TOOLS": str(allowed), "PANELBOT_BACKEND": backend}
    world.openai.brain = RuleBrain()
    async with storage.open_storage(world.config()) as memory:
        (legal,) = [one for one in library.library() if one.name == "legal"]
        scope = WorkspaceScope(world.slack.workspace.team_id)
        await memory.panels.add(scope, replace(legal, tools=(ToolName("mcp:shop"),)))
    await world.start_bot()


async def answer(world: World) -> str:
    ts = world.say(f"{MENTION} legal Please look up the price of the chair.")
    await world.idle()
    (text,) = [text for who, text in world.said(ts) if who == "Legal Counsel"]
    return text


@pytest.mark.parametrize("backend", ["conversations", "stateless"])
async def test_an_expert_goes_on_without_a_server_that_is_not_there(
    world: World, tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_TOKEN", "right")
    await equip(world, tmp_path, "http://127.0.0.1:9/mcp", backend)
    assert (await answer(world)).endswith(WITHOUT)


async def test_a_server_that_rejects_our_token_is_named_and_comes_back(
    world: World,
    shop: McpPlayground,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SHOP_TOKEN", "a-wrong-token")
    await equip(world, tmp_path, shop.url, "conversations")
    assert (await answer(world)).endswith(WITHOUT)
    assert "a-wrong-token" not in caplog.text
    await world.stop_bot()
    monkeypatch.setenv("SHOP_TOKEN", "right")
    (tmp_path / "tools.yaml").touch()  # this process reads it, and the token, once
    await world.start_bot()
    text = await answer(world)
    assert WITHOUT not in text
    assert "of shop says" in text


@pytest.mark.parametrize("backend", ["conversations", "stateless"])
async def test_a_tool_that_hangs_can_be_stopped_and_the_thread_goes_on(
    world: World, shop: McpPlayground, tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_TOKEN", "right")
    await equip(world, tmp_path, shop.url, backend)
    shop.answering.clear()
    ts = world.say(f"{MENTION} legal Please look up the price of the chair.")
    await eventually(lambda: shop.calls, within=20)
    world.say(f"{MENTION} stop", ts)
    async with asyncio.timeout(5):
        await world.idle()
    assert sentences.stopped(["Legal Counsel"]) in [text for _, text in world.said(ts)]
    world.say("finance Hello?", ts)
    await world.idle()
    assert "Finance Partner" in [who for who, _ in world.said(ts)]
    shop.answering.set()  # until then the model's side writes in the expert's conversation
    world.say("legal Hello?", ts)
    await world.idle()
    assert [who for who, _ in world.said(ts)][-1] == "Legal Counsel"


async def test_a_tool_that_hangs_is_named_when_the_time_is_up(
    world: World, shop: McpPlayground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_TOKEN", "right")
    world.environ["PANELBOT_EXPERT_TIMEOUT"] = "5"
    await equip(world, tmp_path, shop.url, "conversations")
    shop.answering.clear()
    assert "took too long: I was still waiting for `shop`." in await answer(world)
    shop.answering.set()
