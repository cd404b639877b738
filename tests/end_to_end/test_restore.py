"""Redis is restored from yesterday, while Slack's and OpenAI's side have gone on; or is lost."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.adapters.slack.buttons.reply_buttons import APPROVE
from bot.assembly import storage
from bot.experts import library
from bot.json_types import Json
from bot.panel.model import ToolName
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.stand_in.brain import UseServer
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.runtime import Runtime
from tests import openai_faults as faults
from tests.adapters.redis.servers import Server, running, until
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_approvals import question
from tests.eventually import eventually
from tests.scripted_brain import by_instructions

TICKET = UseServer("shop", "open_ticket", {"title": "Broken", "details": "All of it."})
LEGAL = "the legal counsel of a technology company"
FINANCE = "the finance partner of a product team"


def is_for_finance(body: Json) -> bool:
    return "finance partner" in body["instructions"]


class Backups:
    """A server with an append-only file, as docs/run/backup.md has it copied and put back."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder / "redis", settings={"appendonly": "yes"})
        self.file = folder / "redis" / "appendonlydir"
        self.copy = folder / "backup"

    async def back_up(self) -> None:
        async with Redis(port=self.server.port, decode_responses=True) as redis:
            before = await redis.config_get("auto-aof-rewrite-percentage")
            await redis.config_set("auto-aof-rewrite-percentage", 0)
            await eventually(lambda: not self.server.info("persistence")["aof_rewrite_in_progress"])
            shutil.copytree(self.file, self.copy)
            await redis.config_set(*before.popitem())

    def restore(self) -> None:
        self.server.kill()
        shutil.rmtree(self.file)
        shutil.copytree(self.copy, self.file)
        self.start()

    def lose(self) -> None:
        self.server.kill()
        shutil.rmtree(self.file)
        self.start()

    def tear(self) -> None:
        """Leave the last entry half written, as a power cut does."""
        self.server.kill()
        [tail] = self.file.glob("*.incr.aof")
        tail.write_bytes(tail.read_bytes()[:-3])
        self.start()

    def start(self) -> None:
        self.server.start()
        until(lambda: bool(self.server.info()))


@pytest.fixture
async def shop() -> AsyncIterator[McpPlayground]:
    async with McpPlayground() as playground:
        yield playground


@pytest.fixture
async def backups(world: World, shop: McpPlayground, tmp_path: Path) -> AsyncIterator[Backups]:
    """The running bot with a Redis of its own, whose legal expert may open tickets if asked."""
    made = Backups(tmp_path)
    tools = tmp_path / "tools.yaml"
    tools.write_text(f"mcp: [{{label: shop, url: {shop.url}, purpose: A shop, not_the_asker: no}}]")
    with running(made.server):
        until(lambda: bool(made.server.info()))
        world.environ |= {"REDIS_URL": made.server.url, "PANELBOT_TOOLS": str(tools)}
        world.environ |= {"PANELBOT_LEASE": "1.5", "PANELBOT_BUDGETS": "workspace 9M tokens/month"}
        async with storage.open_storage(world.config()) as memory:
            [legal] = [one for one in library.library() if one.name == "legal"]
            everywhere = WorkspaceScope(world.slack.workspace.team_id)
            await memory.panels.add(everywhere, replace(legal, tools=(ToolName("mcp:shop"),)))
        await world.start_bot()
        yield made
        await world.stop_bot()


def everything(world: World) -> dict[str, str]:
    """What the channel shows, by message."""
    messages = world.slack.workspace.messages(GENERAL)
    return {one.ts: str(one.blocks or one.text) for one in messages}


def last_said(world: World, ts: str) -> str:
    return world.said(ts)[-1][1]


async def test_what_was_done_since_the_backup_is_not_done_again(
    world: World, backups: Backups, shop: McpPlayground
):
    # Answered; given up; waiting for people; being answered, with another behind it.
    old = world.say(f"{MENTION} please ask legal")
    await world.idle()
    refusing = faults.status(401, "invalid_api_key")
    world.openai.faults.on("POST /v1/conversations", refusing)
    world.say(f"{MENTION} please ask legal at once")
    await world.idle()
    world.brain.when(by_instructions("legal counsel"), TICKET)
    ticket = world.say(f"{MENTION} legal Open a ticket, please.")
    await world.idle()
    slow = world.say(f"{MENTION} please ask finance")
    await world.idle()
    go_on, asked = asyncio.Event(), len(world.brain.asked)
    world.openai.faults.on("POST /v1/responses", faults.late(go_on), when=is_for_finance)
    world.say("and finance, slowly?", slow)
    await eventually(lambda: len(world.brain.asked) == asked + 1)
    later = world.say(f"{MENTION} please ask legal later")
    world.say("and legal again?", slow)
    await eventually(lambda: len(world.said(later)) == 1)
    await backups.back_up()

    # What happens afterwards, of which the backup knows nothing.
    go_on.set()
    world.say(f"{MENTION} what does finance say?", old)
    await world.slack.people.click(ADA, question(world, ticket), APPROVE)
    await world.panelbot("turns", "retry", "--all")
    new = world.say(f"{MENTION} please ask legal about this")
    await world.idle()
    _, head, _ = await world.panelbot("audit", "verify")
    await world.stop_bot()
    shown, asked = everything(world), len(world.brain.asked)
    assert len(shop.shop.tickets) == 1

    backups.restore()
    world.environ["PANELBOT_APPROVAL_HOURS"] = "0.0001"
    await world.start_bot()
    await world.panelbot("turns", "retry", "--all")
    await asyncio.sleep(2)  # leases of the backup run out, and what was missed is looked for
    await world.idle()
    assert everything(world) == shown
    assert len(world.brain.asked) == asked
    assert len(shop.shop.tickets) == 1

    world.say("and finance again?", old)  # whom the backup does not know there
    world.say("please legal once more", ticket)
    world.say("please legal once more", new)
    await world.idle()
    assert last_said(world, old) == f"Answer 2 of {FINANCE}"
    assert last_said(world, ticket) == f"Answer 2 of {LEGAL}"
    assert last_said(world, new) == f"Answer 2 of {LEGAL}"
    assert everything(world).items() >= shown.items()
    while await held(world):  # by workers of before the backup: that runs out
        pass
    assert (await world.panelbot("audit", "verify"))[0] == 0
    noted = head.split()[-1]
    code, _, err = await world.panelbot("audit", "verify", "--noted", noted)
    assert code == 1, (head, err)


async def held(world: World) -> int:
    _, budgets, _ = await world.panelbot("budgets", "show", "--json")
    return sum(one["held"] for one in json.loads(budgets))


def requests(world: World) -> int:
    return [one.name for one in world.openai.requests].count("POST /v1/responses")


async def test_what_was_stopped_or_deleted_since_the_backup_is_not_answered(
    world: World, backups: Backups
):
    go_on = asyncio.Event()
    world.openai.faults.on("POST /v1/responses", faults.late(go_on), times=3)
    stopped = world.say(f"{MENTION} please ask finance")
    deleted = world.say(f"{MENTION} please ask finance, too")
    thread = world.say("a talk of people")
    withdrawn = world.say(f"{MENTION} please ask finance here", thread)
    await eventually(lambda: requests(world) == 3)
    await backups.back_up()

    world.say(f"{MENTION} stop", stopped)
    world.slack.people.delete(ADA, GENERAL, deleted)
    world.slack.people.delete(ADA, GENERAL, withdrawn)
    await asyncio.sleep(0.3)
    go_on.set()
    await eventually(lambda: len(world.said(stopped)) == 1)
    await world.idle()
    await world.stop_bot()
    shown, asked = everything(world), len(world.brain.asked)

    backups.restore()
    Runtime(time=lambda: time.time() + 120).bind()  # by then, Slack shows all that is there
    await world.start_bot()
    await asyncio.sleep(2)
    await world.idle()
    assert everything(world) == shown
    assert len(world.brain.asked) == asked


@pytest.mark.parametrize("damage", [Backups.lose, Backups.tear])
async def test_threads_go_on_where_redis_is_lost_or_its_file_torn(
    world: World, backups: Backups, damage: Callable[[Backups], None]
):
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    await world.stop_bot()
    shown = everything(world)

    damage(backups)
    await world.start_bot()
    world.say("and legal and finance again?", ts)
    await world.idle()
    said = {text for _, text in world.said(ts)}
    assert {f"Answer 2 of {LEGAL}", f"Answer 2 of {FINANCE}"} <= said
    assert everything(world).items() >= shown.items()
