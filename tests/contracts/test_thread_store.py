"""The promises of ThreadStore, on the fake and on Redis alike."""

import pytest

from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import TurnLost
from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import (
    ConversationId,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    Turn,
    TurnId,
    UserId,
)
from bot.panel.threads.thread_store import Standing
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue

ONE = ThreadRef("T1", "C1", "1700000000.000100")
OTHER = ThreadRef("T1", "C1", "1700000000.000200")
ROUTER = ConversationId("conv_router")
LEGAL, FINANCE = ExpertName("legal"), ExpertName("finance")


@pytest.fixture(params=["fake", "redis", "sharded redis"])
async def threads(request, redis):
    if request.param == "fake":
        return FakeThreadStore()
    return RedisThreadStore(redis, Shards(3 if request.param == "sharded redis" else 1))


@pytest.mark.parametrize("standing", [Standing.OURS, Standing.MUTED, Standing.FOREIGN])
async def test_a_standing_is_remembered(threads, standing):
    assert await threads.standing(ONE) is Standing.UNKNOWN

    await threads.set_standing(ONE, standing)

    assert await threads.standing(ONE) is standing
    assert await threads.standing(OTHER) is Standing.UNKNOWN


async def test_the_last_standing_counts(threads):
    await threads.set_standing(ONE, Standing.FOREIGN)
    await threads.set_standing(ONE, Standing.OURS)

    assert await threads.standing(ONE) is Standing.OURS


async def test_a_thread_of_ours_does_not_become_foreign(threads):
    await threads.set_standing(ONE, Standing.MUTED)
    await threads.set_standing(ONE, Standing.FOREIGN)

    assert await threads.standing(ONE) is Standing.MUTED


async def test_a_thread_is_found_foreign_only_where_nothing_else_is_known(threads):
    await threads.set_standing(ONE, Standing.MUTED)
    await threads.set_standing(ONE, Standing.FOREIGN)

    assert await threads.standing(ONE) is Standing.MUTED


@pytest.mark.parametrize("before", [Standing.UNKNOWN, Standing.OURS, Standing.FOREIGN])
async def test_a_summons_makes_a_thread_ours(threads, before):
    if before is not Standing.UNKNOWN:
        await threads.set_standing(ONE, before)

    await threads.make_ours(ONE)

    assert await threads.standing(ONE) is Standing.OURS
    assert await threads.standing(OTHER) is Standing.UNKNOWN


async def test_a_summons_leaves_a_muted_thread_muted(threads):
    await threads.set_standing(ONE, Standing.MUTED)

    await threads.make_ours(ONE)

    assert await threads.standing(ONE) is Standing.MUTED


async def test_a_thread_that_nobody_knows_has_no_links(threads):
    assert await threads.links(ONE) == ThreadLinks()


async def test_links_are_found_in_all_directions(threads):
    links = ThreadLinks(
        ROUTER, {LEGAL: ConversationId("conv_1"), FINANCE: ConversationId("conv_2")}
    )

    await threads.save_links(ONE, links)

    assert await threads.links(ONE) == links
    assert await threads.links(OTHER) == ThreadLinks()
    assert await threads.owner(ROUTER) == Owner(ONE, None)
    assert await threads.owner(ConversationId("conv_1")) == Owner(ONE, LEGAL)
    assert await threads.owner(ConversationId("conv_2")) == Owner(ONE, FINANCE)
    assert await threads.owner(ConversationId("conv_3")) is None


async def test_saved_links_replace_the_earlier_ones(threads):
    await threads.save_links(ONE, ThreadLinks(ROUTER, {LEGAL: ConversationId("conv_1")}))

    fewer = ThreadLinks(ROUTER, {FINANCE: ConversationId("conv_2")})
    await threads.save_links(ONE, fewer)
    assert await threads.links(ONE) == fewer

    await threads.save_links(ONE, ThreadLinks())
    assert await threads.links(ONE) == ThreadLinks()


async def test_links_without_a_router_are_kept_too(threads):
    links = ThreadLinks(None, {LEGAL: ConversationId("conv_1")})

    await threads.save_links(ONE, links)

    assert await threads.links(ONE) == links


async def test_the_first_message_that_passed_the_panel_by_counts_in_whatever_order(threads):
    assert await threads.unread_since(ONE) is None
    for ts in ("1700000009.000100", "1700000007.000100", "1700000008.000100"):
        await threads.mark_unread(ONE, MessageTs(ts))

    assert await threads.unread_since(ONE) == "1700000007.000100"
    assert await threads.unread_since(OTHER) is None


READ = (MessageTs("1700000007.000100"), MessageTs("1700000010.000101"))


async def test_who_has_caught_up_has_missed_nothing(threads):
    for ts in ("1700000007.000100", "1700000010.000100"):
        await threads.mark_unread(ONE, MessageTs(ts))
    await threads.mark_read(ONE, *READ)

    assert await threads.unread_since(ONE) is None
    await threads.mark_unread(ONE, MessageTs("1700000006.000100"))
    await threads.mark_read(ONE, MessageTs("1700000006.000100"), MessageTs("1700000006.000101"))
    assert await threads.unread_since(ONE) is None


async def test_what_passed_by_meanwhile_is_still_to_be_read(threads):
    for ts in ("1700000007.000100", "1700000012.000100", "1700000011.000100"):
        await threads.mark_unread(ONE, MessageTs(ts))
    await threads.mark_read(ONE, *READ)

    assert await threads.unread_since(ONE) == READ[1]
    await threads.mark_read(ONE, READ[1], MessageTs("1700000013.000100"))
    assert await threads.unread_since(ONE) is None


@pytest.mark.parametrize("ts", ["1700000006.000100", "1700000010.000101"])
async def test_what_passed_by_besides_what_was_read_is_still_to_be_read(threads, ts: str):
    await threads.mark_unread(ONE, MessageTs(ts))
    await threads.mark_read(ONE, *READ)

    assert await threads.unread_since(ONE) == ts


async def test_edits_are_remembered_until_they_are_read(threads):
    for ts, at in (("7.0001", "8.0"), ("7.0002", "9.0"), ("7.0003", "9.0"), ("7.0003", "9.5")):
        await threads.mark_edited(ONE, MessageTs(ts), MessageTs(at))
    known = await threads.edits(ONE)
    await threads.mark_edited(ONE, MessageTs("7.0002"), MessageTs("10.0"))

    await threads.mark_edits_read(ONE, known)
    await threads.mark_edits_read(ONE, {})

    assert known == {"7.0001": "8.0", "7.0002": "9.0", "7.0003": "9.5"}
    assert await threads.edits(ONE) == {"7.0002": "10.0"}
    assert await threads.edits(OTHER) == {}


async def test_links_standing_and_what_was_missed_do_not_touch_each_other(threads):
    await threads.set_standing(ONE, Standing.MUTED)
    await threads.mark_unread(ONE, MessageTs("1700000007.000100"))
    await threads.save_links(ONE, ThreadLinks(ROUTER))

    assert await threads.standing(ONE) is Standing.MUTED
    assert await threads.unread_since(ONE) == "1700000007.000100"
    assert await threads.links(ONE) == ThreadLinks(ROUTER)


# --- claims


@pytest.fixture(params=["fake", "redis"])
async def claiming(request, redis):
    """A store, and the queue whose claims it checks."""
    queue = FakeTurnQueue() if request.param == "fake" else RedisTurnQueue(redis, Shards())
    is_fake = isinstance(queue, FakeTurnQueue)
    return FakeThreadStore(queue) if is_fake else RedisThreadStore(redis, Shards()), queue


async def test_who_has_lost_a_turn_changes_nothing_of_its_thread(claiming):
    threads, queue = claiming
    lost = (await queue.hold(ONE)).claim
    await queue.done(lost)
    claim = (await queue.hold(ONE)).claim
    links, copy = ThreadLinks(ROUTER), Copy(ConversationId("own_1"))
    await threads.save_links(ONE, links, claim=claim)
    await threads.note_copy(claim, ROUTER, copy)

    with pytest.raises(TurnLost):
        await threads.save_links(ONE, ThreadLinks(ConversationId("conv_2")), claim=lost)
    with pytest.raises(TurnLost):
        await threads.note_copy(lost, ROUTER, Copy(ConversationId("own_2")))

    assert await threads.links(ONE) == links
    assert await threads.copies(ONE) == {ROUTER: copy}


async def test_copies_are_remembered_until_all_are_made(claiming):
    threads, queue = claiming
    claim = (await queue.hold(ONE)).claim
    unfinished, whole = Copy(ConversationId("own_1")), Copy(ConversationId("own_2"), items=0)
    await threads.note_copy(claim, ROUTER, Copy(ConversationId("own_0"), items=7))
    await threads.note_copy(claim, ROUTER, unfinished)
    await threads.note_copy(claim, ConversationId("conv_legal"), whole)

    assert await threads.copies(ONE) == {ROUTER: unfinished, "conv_legal": whole}
    assert await threads.copies(OTHER) == {}
    assert (await threads.owner(whole.id)).thread == ONE
    await threads.forget_copies(ONE)
    assert await threads.copies(ONE) == {}


# --- telling a channel once


async def test_one_turn_tells_a_channel_and_may_say_so_again(threads):
    first = Turn(TurnId("T1:C1:1.0"), ThreadRef("T1", "C1", "1.0"), ())
    second = Turn(TurnId("T1:C1:2.0"), ThreadRef("T1", "C1", "2.0"), ())
    elsewhere = Turn(TurnId("T1:C2:3.0"), ThreadRef("T1", "C2", "3.0"), ())

    told = [await threads.is_first_to_post("no-credit", turn) for turn in (first, second, first)]

    assert told == [True, False, True]
    assert await threads.is_first_to_post("no-credit", elsewhere)
    assert await threads.is_first_to_post("something else", second)


# --- forgetting


async def test_a_thread_is_forgotten_with_whose_its_conversations_are(threads):
    links = ThreadLinks(ConversationId("conv_r"), {ExpertName("legal"): ConversationId("conv_e")})
    former, other = ConversationId("conv_former"), ConversationId("conv_other")
    await threads.save_links(ONE, ThreadLinks(former))
    await threads.save_links(ONE, links)
    await threads.save_links(OTHER, ThreadLinks(other))
    await threads.mark_unread(ONE, MessageTs("1.0"))
    await threads.mark_edited(ONE, MessageTs("1.0"), MessageTs("2.0"))
    await threads.make_ours(ONE)

    await threads.forget(ONE, [former])

    assert await threads.links(ONE) == ThreadLinks()
    assert await threads.unread_since(ONE) is None
    assert await threads.edits(ONE) == {}
    assert await threads.standing(ONE) is Standing.UNKNOWN
    assert [await threads.owner(one) for one in ("conv_r", "conv_e", former)] == [None] * 3
    assert (await threads.owner(other)).thread == OTHER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, Standing.OURS),
        (Standing.FOREIGN, Standing.OURS),
        (Standing.MUTED, Standing.MUTED),
    ],
)
async def test_a_mention_makes_its_thread_ours_also_when_it_was_put_before(claiming, before, after):
    threads, queue = claiming
    mention = Message(MessageTs("2.0"), UserId("U1"), "Hi", mentioned=True)
    for is_new in (True, False):
        await threads.forget(ONE)
        if before:
            await threads.set_standing(ONE, before)

        assert await queue.put(ONE, mention) is is_new

        assert await threads.standing(ONE) is after


async def test_what_mentions_nobody_leaves_the_standing_as_it_is(claiming):
    threads, queue = claiming

    await queue.put(ONE, Message(MessageTs("2.0"), UserId("U1"), "Hi"))

    assert await threads.standing(ONE) is Standing.UNKNOWN
