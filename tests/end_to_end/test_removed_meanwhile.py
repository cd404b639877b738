"""A workspace removes the app while a question is answered, and perhaps installs it again."""

import asyncio

import pytest

from bot.assembly import storage
from bot.operations.chores import ChoreKind
from bot.playground.openai.stand_in.brain import ModelRequest, Reply, WaitFor
from bot.playground.slack.workspace.other_companies import GLOBEX
from tests.end_to_end.companies import Companies, companies_of
from tests.end_to_end.conftest import World, panel_brain
from tests.eventually import eventually
from tests.organisation import INITECH, NORTH, SOUTH
from tests.scripted_brain import ScriptedBrain


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_question_waits_for_the_app_to_be_back_and_is_dropped_if_it_is_not(
    world: World, comes_back: bool
):
    asked, going_on = asyncio.Event(), asyncio.Event()

    def slow(request: ModelRequest) -> Reply:
        asked.set()
        return [WaitFor(going_on), *panel_brain(request)]

    world.openai.brain = ScriptedBrain(slow)
    companies = companies_of(world)
    await companies.install(GLOBEX)
    await world.start_bot()
    ts = companies.ask(GLOBEX, "legal, please")
    await asked.wait()
    companies.slack.removals.uninstall(GLOBEX)
    if comes_back:
        await companies.install(GLOBEX)
    else:
        await _removed(companies)
    going_on.set()
    await world.idle()

    said = [name for name, _ in companies.said(GLOBEX, ts)]
    assert said == (["Legal Counsel"] if comes_back else [])
    async with storage.open_storage(world.config()) as kept:
        assert (await kept.queue.depth()).buried == 0


async def test_an_admin_takes_the_app_out_of_one_workspace_and_nobody_is_told(world: World):
    asked, going_on = asyncio.Event(), asyncio.Event()

    def slow(request: ModelRequest) -> Reply:
        asked.set()
        return [WaitFor(going_on), *panel_brain(request)]

    world.openai.brain = ScriptedBrain(slow)
    companies = companies_of(world)
    installations = companies.slack.installations
    await companies.install(INITECH.id)
    installations.add_to(INITECH.id, NORTH)
    installations.add_to(INITECH.id, SOUTH)
    await world.start_bot()
    companies.ask(NORTH, "legal, please")
    await asked.wait()
    installations.take_from(INITECH.id, NORTH)
    going_on.set()
    await world.idle()

    async with companies.store() as store:
        assert await store.for_team(NORTH) is None
    async with storage.open_storage(world.config()) as kept:
        assert (await kept.queue.depth()).buried == 0
        assert NORTH in await kept.chores.teams(ChoreKind.REMOVE)
    ts = companies.ask(SOUTH, "legal, please")
    await eventually(lambda: companies.said(SOUTH, ts))


async def _removed(companies: Companies) -> None:
    async with companies.store() as store, asyncio.timeout(5):
        while await store.find(GLOBEX):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.01)
