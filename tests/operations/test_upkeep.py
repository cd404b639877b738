"""Forgetting what is too old, and what is kept of a workspace that removed the app."""

import pytest

from bot.operations.chores import Chore, ChoreKind
from bot.operations.kept_data import KeptOfThread
from bot.operations.upkeep import Keeping, Upkeep
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import ModelSaid
from bot.panel.model import Call, CallId, MessageTs, UserId
from bot.panel.roster.documents.knowledge import CollectionOwner, Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.utterance import Utterance
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.chore_store import FakeChoreStore
from tests.operations.conftest import ADA, LEGAL, TEAM

DAY = 24 * 60 * 60
REMOVE = Chore(ChoreKind.REMOVE, TEAM, ts="1000")


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


async def test_a_message_is_taken_out_of_all_conversations_and_what_others_said_stays(fakes, attic):
    thread = await fakes.answered_thread(1)
    links = await fakes.threads.links(thread)
    ann = Utterance(MessageTs("1.0"), "Ann", "harmless")
    ben = Utterance(MessageTs("2.0"), "Ben", "secret")
    call = Call(CallId("call_1"), LEGAL, "why", "about the secret")
    await fakes.model.append(links.router, [prompts.for_router([ann, ben]), ModelSaid("Well.")])
    await fakes.model.append(links.experts[LEGAL], [prompts.for_expert(call, [ben])])
    chore = Chore.in_thread(ChoreKind.WITHDRAW, thread, ts="2.0")

    for _ in range(2):  # a worker may die and another do it again
        await attic.upkeep.withdraw(chore)

    said = [item.text async for item in fakes.model.items(links.router)]
    assert len(said) == 2
    assert "harmless" in said[0]
    assert "secret" not in str(said)
    assert [item async for item in fakes.model.items(links.experts[LEGAL])] == []


async def test_corrections_go_with_a_message_that_was_deleted(fakes, attic):
    thread = await fakes.answered_thread(1)
    place = f"{TEAM}:{thread.channel_id}"

    def correction(ts: str, *messages: str, channel: str = place) -> Correction:
        about = MessageTs(messages[0])
        named = CorrectionKind.NAMED
        told = tuple(map(MessageTs, messages))
        return Correction(f"{channel}:{ts}", "1.0", about, "A secret", (), named, messages=told)

    gone, other = correction("3.0", "1.0", "2.0"), correction("5.0", "4.0")
    elsewhere = correction("6.0", "2.0", channel=f"{TEAM}:C9")
    for one in (gone, other, elsewhere):
        await fakes.corrections.keep(TEAM, one, shared=True)

    for _ in range(2):
        await attic.upkeep.withdraw(Chore.in_thread(ChoreKind.WITHDRAW, thread, ts="2.0"))

    assert list(await fakes.corrections.of_team(TEAM)) == [other, elsewhere]


async def test_nothing_is_taken_out_while_a_turn_runs(fakes, attic):
    thread = await fakes.answered_thread(1)
    await fakes.put(thread, "9.0")
    await fakes.queue.claim()
    with pytest.raises(Refused):
        await attic.upkeep.withdraw(Chore.in_thread(ChoreKind.WITHDRAW, thread, ts="2.0"))


async def test_a_worker_with_a_former_token_deletes_nothing_of_an_app_that_is_back(fakes, attic):
    thread = await fakes.answered_thread(1)
    await attic.chores.note_installed(TEAM)

    await attic.upkeep.remove(REMOVE)  # told late

    assert (await fakes.threads.links(thread)).router is not None


async def test_a_thread_is_forgotten_in_the_name_of_whoever_wants_it(fakes, attic):
    thread = await fakes.answered_thread(1, by=ADA)
    await attic.upkeep.forget(Chore.in_thread(ChoreKind.FORGET, thread, by=ADA))
    assert (await fakes.threads.links(thread)).router is None
    (entry,) = [one for one in fakes.audit_log.entries if one.act is Act.FORGOT]
    assert (entry.by, entry.where) == (UserId(ADA), thread)
