"""Moving threads to another backend."""

from bot.operations.kept_data import KeptOfThread
from bot.operations.migrate import Migration, Outcome
from bot.panel.links import ThreadLinks
from bot.panel.model import ConversationId
from tests.operations.conftest import Fakes, thread_ref


async def test_a_thread_that_is_there_stays_as_it_is(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    before = await fakes.threads.links(thread)

    assert await Migration(fakes.services).move(thread) is Outcome.THERE
    assert await fakes.threads.links(thread) == before
    assert not fakes.queue.is_busy(thread)


async def test_a_thread_that_cannot_be_read_any_more_is_lost(fakes: Fakes):
    thread = thread_ref(1)
    await fakes.threads.save_links(thread, ThreadLinks(ConversationId("thread_gone")))

    assert await Migration(fakes.services).move(thread) is Outcome.LOST


async def test_a_thread_with_a_running_turn_is_left_alone(fakes: Fakes):
    thread = await fakes.answered_thread(1)
    await fakes.put(thread, "5.0")
    await fakes.queue.claim()

    assert await Migration(fakes.services).move(thread) is Outcome.BUSY


async def test_threads_with_conversations_are_listed_in_order(fakes: Fakes):
    linked = KeptOfThread(conversations=[ConversationId("conv_1")])
    fakes.kept.kept = {
        thread_ref(2): linked,
        thread_ref(3): KeptOfThread(),
        thread_ref(1, "C2"): linked,
        thread_ref(1): linked,
    }
    migration = Migration(fakes.services)

    assert await migration.linked_threads() == [thread_ref(1), thread_ref(2), thread_ref(1, "C2")]
    assert await migration.linked_threads("C2") == [thread_ref(1, "C2")]
