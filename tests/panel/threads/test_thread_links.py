import asyncio

from bot.panel.journal.journal import NO_JOURNAL
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.links import RouterLabels, ThreadLinks
from bot.panel.model import Claim, ConversationId, ExpertName, ThreadRef, Turn, TurnId
from bot.panel.threads.conversations import ThreadConversations
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_store import Standing
from tests.fakes.thread_store import FakeThreadStore
from tests.panel.conftest import HURRY, THREAD

CLAIM = Claim(Turn(TurnId("T1:C1:1.0"), THREAD, ()), token=1, attempt=1)
FINANCE, LEGAL = ExpertName("finance"), ExpertName("legal")


class LateFirstSave(FakeThreadStore):
    """A store in which the first of two saves under way at once arrives last."""

    def __init__(self) -> None:
        super().__init__()
        self._late = True
        self.saves = 0

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        self.saves += 1
        if self._late and links.experts:
            self._late = False
            for _ in range(10):
                await asyncio.sleep(0)
        await super().save_links(thread, links, claim=claim)


def book(bench, store, links=None):
    record = TurnRecord(CLAIM, NO_JOURNAL, ())
    return ThreadConversations(record, links or ThreadLinks(), store, bench.model, HURRY)


async def test_experts_who_join_at_once_are_all_remembered(bench):
    store = LateFirstSave()
    links = book(bench, store)
    await links.router()

    await asyncio.gather(links.expert(FINANCE), links.expert(LEGAL))

    assert set((await store.links(THREAD)).experts) == {FINANCE, LEGAL}


async def test_experts_who_join_at_once_are_saved_together(bench):
    store = LateFirstSave()
    links = book(bench, store)
    names = [ExpertName(f"expert-{number}") for number in range(16)]
    await links.router()
    before = store.saves

    await asyncio.gather(*map(links.expert, names))

    assert set((await store.links(THREAD)).experts) == set(names)
    assert store.saves - before == 2  # the first one's, and then all the others'


async def test_whoever_asks_for_the_router_at_once_gets_the_same_one(bench):
    open_at_once = bench.model.open

    async def open_slowly(labels):
        await asyncio.sleep(0)
        return await open_at_once(labels)

    bench.model.open = open_slowly
    links = book(bench, FakeThreadStore())

    first, second = await asyncio.gather(links.router(), links.router())

    assert first == second
    assert len(bench.model.conversations) == 1


async def test_rebuilding_leaves_a_muted_thread_muted(bench):
    bench.transcript.router = await bench.model.open(RouterLabels(THREAD))
    await bench.threads.set_standing(THREAD, Standing.MUTED)

    await LinkRecovery(bench.threads, bench.model, bench.transcript).rebuild(THREAD)

    assert await bench.threads.standing(THREAD) is Standing.MUTED


async def test_rebuilding_keeps_an_expert_that_the_metadata_does_not_know_yet(bench):
    threads = FakeThreadStore()
    links = book(bench, threads)
    router, legal = await links.router(), await links.expert(LEGAL)
    bench.transcript.router = router

    await LinkRecovery(threads, bench.model, bench.transcript).rebuild(THREAD)

    assert await threads.links(THREAD) == ThreadLinks(router, {LEGAL: legal})


async def test_a_router_that_slack_does_not_know_yet_is_found_by_an_expert_of_the_turn(bench):
    links = book(bench, FakeThreadStore())
    router, legal = await links.router(), await links.expert(LEGAL)
    recovery = LinkRecovery(bench.threads, bench.model, bench.transcript)

    rebuilt = await recovery.rebuild(THREAD, opened=ThreadLinks(None, {LEGAL: legal}))

    assert rebuilt.router == router


def test_links_are_completed_by_what_the_turn_has_opened():
    """But what was copied to another backend since is newer."""

    def is_current(conversation):
        return conversation.startswith("conv_")

    stored = ThreadLinks(ConversationId("conv_1"), {FINANCE: ConversationId("conv_2")})
    opened = ThreadLinks(None, {FINANCE: ConversationId("own_2"), LEGAL: ConversationId("own_3")})
    anew = ThreadLinks(ConversationId("conv_4"), {FINANCE: ConversationId("conv_5")})

    assert stored.completed(opened, is_current) == ThreadLinks(
        stored.router, {FINANCE: ConversationId("conv_2"), LEGAL: ConversationId("own_3")}
    )
    assert stored.completed(anew, is_current) == anew
    assert ThreadLinks().completed(opened, is_current) == opened
