"""Conversations that we keep ourselves: what is written, for how long, and by whom."""

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.citations import Citation
from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations.conversation_store import Remembered
from bot.panel.language_model.exchange import (
    ModelSaid,
    Source,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.model import CallId, ConversationId, DocumentId, ExpertName, ThreadRef

THREAD = ThreadRef("T1", "C1", "1.0")
LABELS = RouterLabels(THREAD, {ExpertName("legal"): ConversationId("own_1")})
CALL = CallId("call_1")
ITEMS = (
    UserSaid("May we?"),
    ToolUsed("web_search"),
    ToolCalled(CALL, "ask_legal", {"brief": "May we?"}),
    ToolAnswered(CALL, "Yes."),
    ModelSaid(
        "Yes.",
        (Citation(DocumentId("file-1"), "handbook.md", 3), Citation(DocumentId("file-2"), "law")),
        (Source("The law", "https://law.example"),),
    ),
)


@pytest.fixture
def store(redis):
    return RedisConversationStore(redis)


@pytest.fixture
async def conversation(store):
    return await store.open(LABELS)


async def test_every_kind_of_item_comes_back_as_it_was(store, conversation):
    assert await store.add(conversation, ITEMS, after=0)

    assert await store.recall(conversation) == Remembered(ITEMS)
    assert await store.newest(conversation, 2) == [ITEMS[4], ITEMS[3]]
    assert await store.newest(conversation, 2, skip=4) == [ITEMS[0]]
    assert await store.newest(conversation, 2, skip=5) == []


async def test_labels_come_back_as_they_were(store, conversation):
    assert await store.labels(conversation) == LABELS
    expert = ExpertLabels(THREAD, ExpertName("legal"), conversation)
    await store.relabel(conversation, expert)
    assert await store.labels(conversation) == expert


async def test_who_has_not_read_everything_adds_nothing(store, conversation):
    assert await store.add(conversation, ITEMS[:2], after=0)
    assert not await store.add(conversation, ITEMS, after=0)
    assert await store.recall(conversation) == Remembered(ITEMS[:2])


async def test_an_addition_sent_twice_is_added_once(store, conversation):
    for _ in range(2):
        assert await store.add(conversation, ITEMS, after=0, response="resp_1")
    assert await store.recall(conversation) == Remembered(ITEMS)


async def test_a_summary_stands_for_the_oldest_items_which_are_kept(store, conversation):
    await store.add(conversation, ITEMS, after=0)
    await store.sum_up(conversation, "They asked.", 4)

    known = await store.recall(conversation)

    assert known == Remembered(ITEMS[4:], "They asked.", 4)
    assert known.length == len(ITEMS)
    assert len(await store.newest(conversation, 10)) == len(ITEMS)


async def test_what_is_taken_out_is_in_no_summary_either(store, conversation):
    said = [UserSaid("keep"), UserSaid("secret"), UserSaid("keep too")]
    await store.add(conversation, said, after=0)
    await store.sum_up(conversation, "There is a secret.", 2)

    assert await store.remove(conversation, lambda text: text == "secret") == 1

    assert await store.recall(conversation) == Remembered((said[0], said[2]))


async def test_it_is_known_which_responses_a_conversation_holds(store, conversation):
    await store.add(conversation, ITEMS, after=0, response="resp_1")
    await store.add(conversation, ITEMS, after=len(ITEMS))
    assert await store.holds(conversation, "resp_1")
    assert not await store.holds(conversation, "resp")


async def test_a_conversation_lives_for_ninety_days_after_it_was_written(redis, store):
    conversation = await store.open(LABELS)
    await store.add(conversation, ITEMS[:1], after=0)
    for write in (
        store.add(conversation, ITEMS[:1], after=1),
        store.relabel(conversation, LABELS),
        store.sum_up(conversation, "They asked.", 1),
    ):
        async for key in redis.scan_iter("panelbot:{kept:*"):
            await redis.expire(key, keys.DAY)
        await write
        lifetimes = {await redis.ttl(key) async for key in redis.scan_iter("panelbot:{kept:*")}
        assert lifetimes == {keys.THREAD_FOR}


async def test_a_conversation_that_is_gone_is_not_written_again(redis, store, conversation):
    await redis.flushdb()
    with pytest.raises(ConversationGone):
        await store.add(conversation, ITEMS, after=0)
    with pytest.raises(ConversationGone):
        await store.relabel(conversation, LABELS)
    with pytest.raises(ConversationGone):
        await store.sum_up(conversation, "They asked.", 1)
    with pytest.raises(ConversationGone):
        await store.recall(conversation)
    assert await redis.dbsize() == 0
