"""Forgetting what is too old, and what is kept of a workspace that removed the app."""

import pytest

from bot.operations.chores import Chore, ChoreKind
from bot.operations.kept_data import KeptOfThread
from bot.operations.upkeep import Keeping, Upkeep
from bot.panel.audit.entry import Act
from bot.panel.model import UserId
from bot.panel.roster.knowledge import CollectionOwner, Upload
from bot.panel.roster.roster import WorkspaceScope
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.chore_store import FakeChoreStore
from tests.operations.conftest import ADA, LEGAL, TEAM

DAY = 24 * 60 * 60
REMOVE = Chore(ChoreKind.REMOVE, TEAM)


class Attic:
    """An Upkeep of the operations' bench."""

    def __init__(self, fakes, *, installed=False, days=10) -> None:
        self.chores, self.log, self.installed = FakeChoreStore(), FakeAuditLog(), installed
        keeping = Keeping(audit=400, threads=days)
        self.upkeep = Upkeep(fakes.services, self.chores, self.log, keeping, self.is_installed)

    async def is_installed(self) -> bool:
        return self.installed


@pytest.fixture
def attic(fakes):
    return Attic(fakes)


async def test_threads_that_nobody_uses_are_forgotten_and_the_others_stay(fakes, attic):
    old = await fakes.answered_thread(1)
    new = await fakes.answered_thread(2)
    fakes.kept.idle_for = {old: 11 * DAY, new: 9 * DAY}

    assert await attic.upkeep.tidy(Chore(ChoreKind.TIDY, TEAM)) == 3600
    assert attic.chores.waiting == [Chore.in_thread(ChoreKind.EXPIRE, old)]
    for thread in (old, new):
        await attic.upkeep.expire(Chore.in_thread(ChoreKind.EXPIRE, thread))

    assert (await fakes.threads.links(old)).router is None
    assert (await fakes.threads.links(new)).router is not None


async def test_without_a_setting_nothing_expires(fakes):
    attic = Attic(fakes, days=0)
    thread = await fakes.answered_thread(1)
    fakes.kept.idle_for = {thread: 89 * DAY}
    await attic.upkeep.tidy(Chore(ChoreKind.TIDY, TEAM))
    await attic.upkeep.expire(Chore.in_thread(ChoreKind.EXPIRE, thread))
    assert attic.chores.waiting == []
    assert (await fakes.threads.links(thread)).router is not None


async def test_a_removed_app_leaves_nothing_behind(fakes, attic):
    thread = await fakes.answered_thread(1)
    links = await fakes.threads.links(thread)
    fakes.kept.kept[thread] = KeptOfThread(conversations=[links.router], routers=[links.router])
    collection = await fakes.knowledge.create(CollectionOwner(WorkspaceScope(TEAM), LEGAL))
    await fakes.knowledge.add(collection, Upload("handbook.md", b"Thirty days."))
    fakes.slack.known.clear()

    await attic.upkeep.remove(REMOVE)

    assert await fakes.model.labels(links.router) is None
    assert await fakes.model.labels(links.experts[LEGAL]) is None
    assert await fakes.knowledge.collections() == []
    assert fakes.kept.erased[-1] == f"of {TEAM}"
    assert attic.log.expires == 400 * DAY


async def test_an_app_that_is_there_loses_nothing_whatever_an_event_says(fakes):
    thread = await fakes.answered_thread(1)
    await Attic(fakes, installed=True).upkeep.remove(REMOVE)
    assert (await fakes.threads.links(thread)).router is not None
    assert fakes.kept.erased == []


async def test_a_thread_is_forgotten_in_the_name_of_whoever_wants_it(fakes, attic):
    thread = await fakes.answered_thread(1, by=ADA)
    await attic.upkeep.forget(Chore.in_thread(ChoreKind.FORGET, thread, by=ADA))
    assert (await fakes.threads.links(thread)).router is None
    (entry,) = [one for one in fakes.audit_log.entries if one.act is Act.FORGOT]
    assert (entry.by, entry.where) == (UserId(ADA), thread)
