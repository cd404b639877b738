"""Who has to wait for a worker learns where it stands."""

import asyncio
from contextlib import suppress

import pytest

from bot.panel.access.question_limits import QuestionLimits
from bot.panel.errors import MessengerUnavailable
from bot.panel.intake.queue_positions import QueuePositions
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.people import Person, Role
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing
from tests.fakes.messenger import RecordingMessenger
from tests.panel.conftest import THREAD

THREADS = [ThreadRef("T1", f"C{number}", "1.0") for number in range(3)]


@pytest.fixture
async def line(bench):
    for thread in THREADS:
        await bench.queue.put(thread, Message(MessageTs("1.0"), UserId("U1"), "hi", mentioned=True))
        await bench.threads.set_standing(thread, Standing.OURS)
    return QueuePositions(
        bench.queue,
        bench.threads,
        bench.messenger,
        bench.outbox,
        Locales(bench.people, bench.language),
    )


async def test_who_is_served_soon_is_not_bothered(bench, line):
    await line.update()

    assert bench.messenger.statuses == []


async def test_who_still_waits_at_the_next_look_is_told_how_many_come_first(bench, line):
    await line.update()
    await line.update()

    assert bench.messenger.statuses == [sentences.in_line(ahead) for ahead in range(3)]


async def test_everybody_is_told_in_their_own_language(bench):
    bench.people.add(Person(UserId("U1"), "Erin", Role.MEMBER, "de-DE"))
    await bench.queue.put(THREADS[0], Message(MessageTs("1.0"), UserId("U1"), "hi", mentioned=True))
    await bench.queue.put(THREADS[1], Message(MessageTs("1.0"), UserId("U2"), "hi", mentioned=True))
    for thread in THREADS:
        await bench.threads.set_standing(thread, Standing.OURS)
    line = QueuePositions(
        bench.queue,
        bench.threads,
        bench.messenger,
        bench.outbox,
        Locales(bench.people, bench.language),
    )
    await line.update()
    await line.update()

    told = ["ist beschäftigt; du bist als Nächstes dran …", "is busy; 1 ahead of you…"]
    assert bench.messenger.statuses == told


async def test_only_news_is_told(bench, line):
    for _ in range(3):
        await line.update()
    told = len(bench.messenger.statuses)
    await bench.queue.claim()
    await line.update()

    assert told == 3
    assert bench.messenger.statuses[told:] == [sentences.in_line(0), sentences.in_line(1)]


async def test_who_waits_no_more_because_all_was_deleted_is_shown_nothing_any_more(bench, line):
    await line.update()
    await line.update()
    told = len(bench.messenger.statuses)
    await bench.queue.claim()
    await bench.queue.delete(THREADS[2], MessageTs("1.0"))
    for _ in range(2):
        await line.update()

    assert bench.messenger.statuses[told:] == ["", sentences.in_line(0)]


@pytest.mark.parametrize("resumed", [False, True])
async def test_what_is_not_answered_as_it_is_too_often_is_shown_nothing_any_more(
    make_bench, resumed
):
    bench = make_bench(limits=QuestionLimits(of_person=1))
    await bench.ask("May we?")
    claim = await bench.claim("And what does it cost?", "3.0")
    await bench.messenger.show_status(THREAD, sentences.in_line(2))
    if resumed:
        bench.lose()
        claim = await bench.queue.claim()
    await bench.runner().run(claim)

    assert bench.messenger.statuses[-1] == ""


async def test_what_was_muted_while_it_waited_is_shown_nothing_any_more(bench):
    await bench.threads.set_standing(THREAD, Standing.MUTED)
    claim = await bench.claim("I think so, too", "3.0", mentioned=False)
    await bench.messenger.show_status(THREAD, sentences.in_line(2))
    await bench.runner().run(claim)

    assert bench.messenger.statuses[-1] == ""


async def test_what_cannot_be_cleared_at_once_is_cleared_later(bench, line):
    await line.update()
    await line.update()
    bench.messenger.clears_statuses = False
    await bench.queue.delete(THREADS[2], MessageTs("1.0"))
    await line.update()

    assert [state.thread for state in bench.outbox.put_states] == [THREADS[2]]


async def test_who_waits_in_a_thread_that_is_gone_keeps_nobody_else_from_being_told(bench, line):
    bench.messenger.deleted.add(THREADS[0])
    for _ in range(2):
        await line.update()

    assert bench.messenger.statuses == [sentences.in_line(1), sentences.in_line(2)]


async def test_people_among_themselves_are_told_nothing(bench, line):
    for thread in THREADS:
        await bench.threads.set_standing(thread, Standing.MUTED)
    await line.update()
    await line.update()

    assert bench.messenger.statuses == []


class LateMessenger(RecordingMessenger):
    """Shows a place in the line only when the thread has been served already."""

    def __init__(self, queue: TurnQueue) -> None:
        super().__init__()
        self._queue = queue

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        if status:
            await self._queue.done(await self._queue.claim())
        return await super().show_status(thread, status)


async def test_a_place_that_was_told_too_late_does_not_stay(bench, line):
    messenger = LateMessenger(bench.queue)
    line = QueuePositions(
        bench.queue, bench.threads, messenger, bench.outbox, Locales(bench.people, bench.language)
    )
    await line.update()
    await line.update()

    told = [sentences.in_line(ahead) for ahead in range(3)]
    assert messenger.statuses == [*told, "", "", ""]


@pytest.mark.parametrize("error", [asyncio.CancelledError, MessengerUnavailable("lost")])
async def test_nor_does_one_whose_answer_is_lost_or_whose_worker_shuts_down(bench, line, error):
    class LosingMessenger(LateMessenger):
        async def show_status(self, thread: ThreadRef, status: str) -> bool:
            is_shown = await super().show_status(thread, status)
            if status:
                raise error
            return is_shown

    messenger = LosingMessenger(bench.queue)
    line = QueuePositions(
        bench.queue, bench.threads, messenger, bench.outbox, Locales(bench.people, bench.language)
    )
    await line.update()
    with suppress(asyncio.CancelledError, MessengerUnavailable):
        await line.update()

    assert messenger.statuses[3:] == ["", "", ""]
