"""A turn that kills whatever worker has it, and the turns beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.redis.shards import Shards
from bot.panel.texts import failure_sentences
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_panel_changes import command
from tests.packages import install

CODE = """
import os
from bot.functions import expert

@expert(title="Poison", purpose="Ends whoever asks it.")
async def poison(request):
    os._exit(9)
"""


class Workers:
    """Workers, one after the other: another one starts when one has died."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.died = 0
        self.innocents: list[str] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            async with self._world.command("worker") as worker:
                self.innocents.append(self._world.say(f"{MENTION} please ask legal"))
                await worker.wait()
                self.died += 1
                await let_pass(self._world, "leases")


@pytest.fixture
async def company(world: World, tmp_path: Path) -> AsyncIterator[World]:
    """The world with a poisonous expert, and processes that receive."""
    where = install(tmp_path, "acme_poison", CODE, {"poison": "poison"})
    world.environ |= {"PYTHONPATH": str(where)}
    world.openai.latency.first = lambda _: 0.3
    async with world.command("web"):
        await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 60)
        await command(world, "add poison")
        yield world


async def put_aside(world: World, ts: str, times: int) -> None:
    """Return when *ts* was told so often that its turn is put aside; delays take no time."""
    async with asyncio.timeout(60):
        while len(world.said(ts)) < times:
            await let_pass(world, "delayed", ts)  # the others' delays keep them apart from it
            await asyncio.sleep(0.02)


async def let_pass(world: World, kind: str, ts: str = "") -> None:
    """Let all leases end, or all delays; or only that of the thread *ts*."""
    key = f"{Shards().prefixes[0]}{kind}"
    for thread in await world.redis.zrange(key, 0, -1):
        if thread.endswith(ts):
            await world.redis.zadd(key, {thread: 1}, xx=True)


async def test_what_kills_workers_is_put_aside_and_each_retry_costs_at_most_one_more(
    company: World,
):
    workers = Workers(company)
    told = ("Panelbot", failure_sentences.poisoned(6))
    ts = company.say(f"{MENTION} please ask poison")
    turn = f"{company.slack.workspace.team_id}:{GENERAL}:{ts}"
    async with workers.running():
        await put_aside(company, ts, 1)
        assert workers.died == 6
        await company.idle()
        assert company.said(ts) == [told]
        (notice,) = [one for one in company.thread(ts) if "put this aside" in one.text]
        assert "retry" not in str(notice.blocks)

        button = {"type": "button", "action_id": "retry", "value": turn}
        forged = [*notice.blocks, {"type": "actions", "block_id": "b", "elements": [button]}]
        await company.slack.people.click(ADA, replace(notice, blocks=forged), "retry")
        await company.slack.people.wait_for(lambda: company.slack.workspace.ephemeral(ADA))
        (answer,) = company.slack.workspace.ephemeral(ADA)
        assert "out of date" in answer.text  # there never was such a button

        code, _, _ = await company.panelbot("turns", "retry", turn)
        assert code == 0
        await put_aside(company, ts, 2)
        assert workers.died == 7
        await let_pass(company, "delayed")
        await company.idle()

    assert company.said(ts) == [told, told]  # a retry takes one off the count
    for innocent in workers.innocents:
        assert [who for who, _ in company.said(innocent)] == ["Legal Counsel"]
    _, out, _ = await company.panelbot("turns", "list")
    assert "Poisoned: 6 workers died with it" in out
