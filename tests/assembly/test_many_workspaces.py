"""The parts of workspaces: opened once, open while they are in use, and closed in the end."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.assembly.workspaces.workspace import Directory
from bot.assembly.workspaces.workspaces import Workspaces
from bot.panel.errors import StoreUnavailable
from bot.panel.installations.installation import Installation, NotInstalled
from bot.settings.environment import read
from tests.fakes.installation_store import FakeInstallationStore
from tests.fakes.workspace_settings_store import FakeWorkspaceSettingsStore

ACME = Installation("A1", "T0ACME", "", "B1", "U1", "xoxb-of-acme")
GLOBEX = replace(ACME, team_id="T0GLOBEX", token="xoxb-of-globex")
LONG = 60.0 * 60


class House:
    """Workspaces whose parts are their tokens, and what has become of these."""

    def __init__(self) -> None:
        self.store = FakeInstallationStore()
        config, settings = read({"REDIS_URL": "redis://localhost"}), FakeWorkspaceSettingsStore()
        self.directory = Directory(config, self.store, settings, same)
        self.many = Workspaces(self.directory, self.open_parts)
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.refuses = False  # to be opened
        self.sticks = ""  # what cannot be closed

    @asynccontextmanager
    async def open_parts(self, workspace):
        await asyncio.sleep(0)
        if self.refuses:
            raise StoreUnavailable("redis")
        token = workspace.config.slack_bot_token
        self.opened.append(token)
        yield token
        if token == self.sticks:
            raise OSError("it sticks")
        self.closed.append(token)

    async def use(self, installation):
        async with self.many.use(installation.team_id) as parts:
            await asyncio.sleep(0)
            return parts

    async def change(self, installation):
        await self.store.save(installation)
        self.directory.forget(installation.team_id)


async def same(installation):
    return installation


@pytest.fixture
async def house():
    made = House()
    for installation in (ACME, GLOBEX):
        await made.store.save(installation)
    return made


@pytest.fixture
async def let_pass(monkeypatch):
    """Let some seconds pass by the loop's clock."""
    loop, passed = asyncio.get_running_loop(), 0.0
    time = loop.time

    def move(seconds):
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(loop, "time", lambda: time() + passed)
    return move


async def test_parts_that_many_want_at_once_are_opened_once(house):
    parts = await asyncio.gather(*(house.use(ACME) for _ in range(20)))

    assert set(parts) == set(house.opened) == {ACME.token}
    assert len(house.opened) == 1


async def test_what_could_not_be_opened_is_tried_again_by_the_next(house):
    house.refuses = True
    tried = await asyncio.gather(*(house.use(ACME) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in tried] == [StoreUnavailable] * 3

    house.refuses = False
    assert await house.use(ACME) == ACME.token


async def test_parts_in_use_outlive_those_that_replace_them(house, let_pass):
    async with house.many.use(ACME.team_id) as former:
        await house.change(replace(ACME, token="xoxb-new"))
        assert await house.use(ACME) == "xoxb-new"
        let_pass(LONG)
        await house.use(ACME)
        await house.many.sweep()
        assert (former, house.closed) == (ACME.token, [])

    await house.many.sweep()
    assert house.closed == []  # what somebody has begun may still go on
    let_pass(61)
    await house.many.sweep()
    assert house.closed == [ACME.token]


async def test_idle_parts_are_closed_and_opened_anew(house, let_pass):
    await house.use(ACME)
    let_pass(LONG)
    await house.use(GLOBEX)
    await house.many.sweep()
    assert (house.closed, len(house.many)) == ([ACME.token], 1)

    await house.use(ACME)
    assert house.opened == [ACME.token, GLOBEX.token, ACME.token]


@pytest.mark.parametrize(("sticking", "other"), [(ACME, GLOBEX), (GLOBEX, ACME)])
async def test_parts_that_cannot_be_closed_keep_no_others_open(house, let_pass, sticking, other):
    house.sticks = sticking.token
    for installation in (ACME, GLOBEX):
        await house.use(installation)
    let_pass(LONG)
    with pytest.raises(OSError, match="sticks"):
        await house.many.sweep()
    assert house.closed == [other.token]


async def test_all_parts_are_closed_in_the_end(house):
    async with house.many:
        await house.use(ACME)
        await house.change(replace(ACME, token="xoxb-new"))
        await house.use(ACME)
        await house.use(GLOBEX)
        assert house.closed == []
    assert sorted(house.closed) == sorted({ACME.token, "xoxb-new", GLOBEX.token})


async def test_where_the_app_is_not_installed_there_are_no_parts(house):
    with pytest.raises(NotInstalled):
        await house.use(replace(ACME, team_id="T0NOWHERE"))
    assert house.opened == []
