"""Last states are sent until they are shown, whatever comes between."""

import asyncio
from dataclasses import replace

import pytest

from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.messaging.messenger import Ending, Post
from bot.panel.model import MessageTs, TurnId
from bot.panel.turn.workers.outbox_worker import OutboxWorker
from tests.eventually import eventually
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel.conftest import THREAD

ONE, OTHER = MessageTs("1.1"), MessageTs("1.2")
POST = Post(TurnId("T1:C1:1.0"), "approval:call_1", "May I?")


class Scene:
    """An outbox, and the messenger that shows what is in it."""

    def __init__(self) -> None:
        self.queue, self.messenger = FakeTurnQueue(), RecordingMessenger()
        self.outbox = FakeOutbox(self.queue, lease=5)

    async def put(self, ts: MessageTs, words: str) -> None:
        await self.outbox.put(self.messenger.ended(THREAD, ts, POST, Ending(words)))

    def worker(self) -> asyncio.Task[None]:
        return asyncio.create_task(OutboxWorker(self.outbox, self.messenger, lease=5).run())

    async def is_empty(self) -> None:
        async with asyncio.timeout(2):
            while await self.outbox.waiting():  # noqa: ASYNC110 - the outbox sends no events
                await asyncio.sleep(0.001)


@pytest.fixture
async def scene():
    return Scene()


async def test_a_state_that_slack_did_not_take_is_sent_again_later(scene):
    scene.messenger.fail_next("end", MessengerUnavailable("reset"))
    scene.messenger.fail_next("end", MessengerUnavailable("slow down", after=100))
    await scene.put(ONE, "Approved.")
    worker = scene.worker()
    for seconds in (2, 101):
        await asyncio.sleep(0.02)
        assert scene.messenger.endings == {}
        scene.queue.advance(seconds)
    await scene.is_empty()
    worker.cancel()

    assert scene.messenger.endings == {ONE: Ending("Approved.")}


@pytest.mark.parametrize("error", [MessengerRefused("is_archived"), RuntimeError("a bug")])
async def test_what_is_refused_is_logged_and_does_not_stop_the_others(scene, error, caplog):
    scene.messenger.fail_next("end", error)
    await scene.put(ONE, "Approved.")
    await scene.put(OTHER, "Declined.")
    worker = scene.worker()
    await scene.is_empty()
    worker.cancel()

    assert scene.messenger.endings == {OTHER: Ending("Declined.")}
    names = {"last_state.refused", "last_state.broken"}
    assert len(names & {record.message for record in caplog.records}) == 1


async def test_another_sender_takes_over_from_one_that_died(scene):
    await scene.put(ONE, "Approved.")
    await scene.outbox.claim()  # by a process that is seen no more
    worker = scene.worker()
    await asyncio.sleep(0.02)
    assert scene.messenger.endings == {}
    scene.queue.advance(6)
    await scene.is_empty()
    worker.cancel()

    assert scene.messenger.endings == {ONE: Ending("Approved.")}


class SlowMessenger(RecordingMessenger):
    """Never gets a state through."""

    async def send(self, state):
        self.grown.append(state.about)
        await asyncio.Event().wait()


async def test_at_shutdown_the_next_sender_gets_it_at_once(scene):
    await scene.put(ONE, "Approved.")
    slow = SlowMessenger()
    doomed = asyncio.create_task(OutboxWorker(scene.outbox, slow, lease=5).run())
    await eventually(lambda: slow.grown)
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    worker = scene.worker()
    await scene.is_empty()
    worker.cancel()

    assert scene.messenger.endings == {ONE: Ending("Approved.")}


class LimitedMessenger(RecordingMessenger):
    """Waits for the rate limit of one workspace, for ever."""

    async def send(self, state):
        if state.thread.team_id == THREAD.team_id:
            await asyncio.Event().wait()
        await super().send(state)


async def test_a_workspace_that_slack_limits_keeps_no_other_waiting(scene):
    elsewhere, messenger = replace(THREAD, team_id="T2"), LimitedMessenger()
    for ts in (ONE, OTHER):
        await scene.put(ts, "Approved.")
    await scene.outbox.put(messenger.ended(elsewhere, MessageTs("2.1"), POST, Ending("Declined.")))

    worker = OutboxWorker(scene.outbox, messenger, lease=5, at_once=2)
    running = asyncio.create_task(worker.run())
    await eventually(lambda: messenger.endings)
    running.cancel()

    assert messenger.endings == {MessageTs("2.1"): Ending("Declined.")}
