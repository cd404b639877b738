"""Conversations of another backend: taken along with what was said, whatever happens on the way."""

from collections.abc import Sequence

import pytest

from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable, StoreUnavailable
from bot.panel.language_model.exchange import (
    Item,
    ModelSaid,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.links import Copy, ExpertLabels, Labels, RouterLabels, ThreadLinks
from bot.panel.model import CallId, Claim, ConversationId, ExpertName, ThreadRef, Turn, TurnId
from bot.panel.threads.conversation_migration import ConversationMigration, as_items, as_one_message
from tests.fakes.language_model import ScriptedModel, Stored
from tests.fakes.thread_store import FakeThreadStore
from tests.panel.conftest import HURRY, THREAD

LEGAL = ExpertName("legal")
OLD_ROUTER, OLD_LEGAL = ConversationId("own_router"), ConversationId("own_legal")
OLD = ThreadLinks(OLD_ROUTER, {LEGAL: OLD_LEGAL})
CALL = ToolCalled(CallId("call_1"), "consult_legal", {"brief": "May we?"})
TALK: Sequence[Item] = [UserSaid('ref="1.0" May we?'), CALL, ToolAnswered(CALL.call_id, "Yes.")]
ADVICE: Sequence[Item] = [UserSaid("May we?"), ModelSaid("Yes.")]
CLAIM = Claim(Turn(TurnId("T1:C1:1.0"), THREAD, ()), token=1, attempt=1)
REFUSED = ModelRefused(ModelFault.BAD_REQUEST, "HTTP 400")
AWAY = ModelUnavailable("HTTP 503")


class MortalStore(FakeThreadStore):
    """Dies before it saves links, as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.deaths = 0

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        if self.deaths:
            self.deaths -= 1
            raise StoreUnavailable("stopped here")
        await super().save_links(thread, links, claim=claim)


class Bench:
    """A thread with two conversations of another backend, which the model can read."""

    def __init__(self) -> None:
        self.model = ScriptedModel()
        self.threads = MortalStore()
        kept = self.model.conversations
        kept[OLD_ROUTER] = Stored(RouterLabels(THREAD, OLD.experts), [*TALK])
        kept[OLD_LEGAL] = Stored(ExpertLabels(THREAD, LEGAL, OLD_ROUTER), [*ADVICE])

    async def move(self, links: ThreadLinks = OLD) -> ThreadLinks:
        return await ConversationMigration(self.threads, self.model, HURRY).moved(CLAIM, links)

    @property
    def new(self) -> list[tuple[Labels, list[object]]]:
        """What there is on the backend in use."""
        kept = self.model.conversations.items()
        return [(one.labels, [*one.items]) for id_, one in kept if self.model.is_current(id_)]

    async def assert_moved(self, links: ThreadLinks) -> None:
        assert links.router
        expert = links.experts[LEGAL]
        assert self.new == [
            (RouterLabels(THREAD, {LEGAL: expert}), [*TALK]),
            (ExpertLabels(THREAD, LEGAL, links.router), [*ADVICE]),
        ]
        assert await self.threads.links(THREAD) == links
        assert await self.threads.copies(THREAD) == {}


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_all_that_was_said_is_taken_along_and_links_and_labels_name_the_copies(bench):
    links = await bench.move()

    await bench.assert_moved(links)
    assert bench.model.conversations[OLD_ROUTER].items == TALK


async def test_what_is_in_its_place_stays_there(bench):
    links = await bench.move()

    assert await bench.move(links) == links

    await bench.assert_moved(links)


@pytest.mark.parametrize(
    ("method", "stored"),
    [("items", 0), ("open", 0), ("append", 0), ("append", 1), ("relabel", 0), ("delete", 0)],
)
async def test_a_crash_on_the_way_leaves_no_half_of_a_copy(bench, method: str, stored: int):
    if method == "delete":  # of what an earlier crash has left
        half = await bench.model.open(RouterLabels(THREAD))
        await bench.threads.note_copy(CLAIM, OLD_ROUTER, Copy(half))
    before = set(bench.model.conversations)
    for _ in range(1 + len(HURRY.retry_delays)):
        bench.model.fail_next(method, AWAY, stored=stored)
    with pytest.raises(ModelUnavailable):
        await bench.move()
    assert await bench.threads.links(THREAD) == ThreadLinks()
    assert len(set(bench.model.conversations) - before) <= 2

    await bench.assert_moved(await bench.move())
    bench.model.assert_all_used()


async def test_a_crash_before_the_links_are_saved_uses_the_copies_again(bench):
    bench.threads.deaths = 1
    with pytest.raises(StoreUnavailable):
        await bench.move()
    copies = {copy.id for copy in (await bench.threads.copies(THREAD)).values()}

    links = await bench.move()

    assert {links.router, *links.experts.values()} == copies
    await bench.assert_moved(links)


async def test_a_copy_of_what_has_gone_on_since_is_made_anew(bench):
    bench.threads.deaths = 1
    with pytest.raises(StoreUnavailable):
        await bench.move()
    bench.model.conversations[OLD_LEGAL].items.append(UserSaid("And now?"))

    links = await bench.move()

    assert bench.model.conversations[links.experts[LEGAL]].items[-1] == UserSaid("And now?")
    assert len(bench.new) == 2


async def test_a_short_outage_is_waited_for(bench):
    bench.model.fail_next("append", AWAY, stored=1)

    await bench.assert_moved(await bench.move())


async def test_what_is_gone_there_keeps_its_link_and_the_rest_is_moved(bench):
    bench.model.forget(OLD_ROUTER)

    links = await bench.move()

    assert links.router == OLD_ROUTER
    ((labels, items),) = bench.new
    assert labels == ExpertLabels(THREAD, LEGAL, OLD_ROUTER)
    assert items == ADVICE
    assert await bench.threads.links(THREAD) == links


async def test_where_the_server_does_not_take_calls_they_are_retold(bench):
    bench.model.fail_next("append", REFUSED)

    links = await bench.move()

    (told,) = bench.model.conversations[links.router].items
    assert isinstance(told, UserSaid)
    assert told.text.endswith(
        '<item by="user">\nref=&quot;1.0" May we?\n</item>\n'
        '<item by="you" did="called consult_legal">\nMay we?\n</item>\n'
        '<item by="tool">\nYes.\n</item>'
    )
    assert len(bench.new) == 2


async def test_where_it_takes_nothing_the_former_links_stay(bench):
    for _ in range(4):
        bench.model.fail_next("append", REFUSED)

    links = await bench.move()

    assert links == OLD
    assert bench.new == []


async def test_where_it_deletes_and_relabels_nothing_the_thread_is_moved_all_the_same(bench):
    bench.model.fail_next("append", AWAY)
    bench.model.fail_next("delete", REFUSED)
    bench.model.fail_next("relabel", REFUSED)

    links = await bench.move()

    assert bench.model.conversations[links.router].items == TALK
    assert bench.model.conversations[links.experts[LEGAL]].items == ADVICE
    assert await bench.threads.links(THREAD) == links
    bench.model.assert_all_used()


async def test_a_thread_without_links_has_nothing_to_move(bench):
    assert await bench.move(ThreadLinks()) == ThreadLinks()
    assert bench.new == []


def test_what_nobody_could_write_is_left_out():
    orphan = ToolAnswered(CallId("call_0"), "Yes.")
    said = [orphan, UserSaid(""), ToolUsed("web_search"), *TALK, ModelSaid("")]

    assert as_items(said) == TALK


def test_a_long_talk_is_retold_from_its_end():
    said = [UserSaid("x" * 70_000), ModelSaid("The last word.")]

    (told,) = as_one_message(said)

    assert isinstance(told, UserSaid)
    assert told.text.endswith('<item by="you">\nThe last word.\n</item>')
    assert len(told.text) < 61_000
    assert as_one_message([]) == []
