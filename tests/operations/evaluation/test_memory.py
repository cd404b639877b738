"""Conversations of trials, as far as tests of whole trials do not show it."""

import pytest

from bot.operations.evaluation.memory import MemoryConversations
from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations.conversation_store import Remembered
from bot.panel.language_model.exchange import ModelSaid, UserSaid
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, ThreadRef

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
ASKED, SAID = UserSaid("May we?"), ModelSaid("Yes.")


async def test_what_was_added_comes_back_until_it_is_deleted():
    store = MemoryConversations()
    conversation = await store.open(LABELS)

    assert await store.add(conversation, [ASKED], after=0)
    assert not await store.add(conversation, [SAID], after=0)  # somebody else has written
    assert await store.add(conversation, [SAID], after=1, response="r1")

    assert await store.labels(conversation) == LABELS
    assert await store.recall(conversation) == Remembered((ASKED, SAID))
    assert await store.newest(conversation, 1, skip=1) == [ASKED]
    assert await store.holds(conversation, "r1")
    assert not await store.holds(conversation, "r2")
    assert await store.delete(conversation) == 2
    assert await store.delete(conversation) is None
    with pytest.raises(ConversationGone):
        await store.recall(conversation)


async def test_a_summary_stands_for_the_first_items_until_one_of_them_is_removed():
    store = MemoryConversations()
    conversation = await store.open(LABELS)
    await store.add(conversation, [ASKED, SAID], after=0)
    await store.sum_up(conversation, "They may.", 1)

    assert await store.recall(conversation) == Remembered((SAID,), "They may.", 1)
    assert await store.remove(conversation, lambda text: "May" in text) == 1
    assert await store.recall(conversation) == Remembered((SAID,))


async def test_a_conversation_that_was_never_opened_is_gone():
    with pytest.raises(ConversationGone):
        await MemoryConversations().labels(ConversationId("own_1"))
