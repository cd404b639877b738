import asyncio
from dataclasses import replace

import pytest

from bot import runtime
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    Poisoned,
    StoreUnavailable,
    TooNew,
    WorkspaceMoving,
)
from bot.panel.language_model.exchange import UserSaid
from bot.panel.messaging.messenger import Post
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, UserId
from bot.panel.texts import failure_sentences, refusal_sentences, sentences
from bot.panel.timeouts import Timeouts
from bot.panel.turn.workers.turn_worker import TurnWorker
from tests.eventually import eventually
from tests.fakes.language_model import ROUTER, Meanwhile
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel.conftest import HURRY, THREAD, Bench, consult, own_id

DOWN = ModelUnavailable("down", answered=False)
NO_ANSWER = failure_sentences.why_given_up(DOWN)


@pytest.fixture
async def work(bench):
    """A worker that runs until the test is over."""
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, concurrency=4, lease=180)
    task = asyncio.create_task(worker.run())
    yield worker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await worker.drain(grace=1)


async def put(bench: Bench, text: str, ts: str = "1.0", thread: ThreadRef = THREAD) -> None:
    message = Message(MessageTs(ts), UserId("UMEMBER"), text, mentioned=True)
    await bench.queue.put(thread, message)


async def settled(bench: Bench) -> None:
    """Return when every turn has ended."""
    async with asyncio.timeout(5):
        while not await bench.idle():  # noqa: ASYNC110 - the queue sends no events
            await asyncio.sleep(0.001)


async def test_turns_are_answered_and_forgotten(bench, work):
    bench.model.script(ROUTER, "Hi.")
    await put(bench, "hello")
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]


async def test_turns_of_other_threads_do_not_wait(bench, work):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "slow"], "fast")
    await put(bench, "one")
    await put(bench, "two", thread=ThreadRef("T1", "C1", "5.0"))

    await eventually(lambda: (None, "fast") in bench.messenger.said)
    held.set()
    await settled(bench)

    assert bench.messenger.said[-1] == (None, "slow")


async def test_messages_that_arrive_meanwhile_wait_and_go_together(bench, work):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "first"], "second")
    await put(bench, "one", "1.0")
    await eventually(lambda: bench.model.asked(ROUTER))
    await put(bench, "two", "2.0")
    await put(bench, "three", "3.0")
    held.set()
    await settled(bench)

    assert [text for _, text in bench.messenger.said] == ["first", "second"]


async def test_a_turn_is_postponed_while_the_model_is_away(bench, work):
    bench.model.script(ROUTER, DOWN, DOWN, DOWN, "Hi.")
    await put(bench, "hello")
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]
    assert len([i for i in bench.model.items_of(ROUTER) if isinstance(i, UserSaid)]) == 1


async def test_a_turn_waits_as_long_as_its_workspace_is_moved(bench, work):
    post, tries = bench.messenger.post, iter(range(9))

    async def moving(*args):
        if next(tries) < 8:  # more often than any other turn is tried
            raise WorkspaceMoving("team_added_to_org")
        return await post(*args)

    bench.messenger.post = moving
    bench.model.script(ROUTER, "Hi.")
    await put(bench, "hello")
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]
    assert await bench.queue.buried() == []


async def test_a_turn_that_cannot_succeed_is_buried_and_the_thread_is_told_once(bench, work):
    bench.model.reply = lambda _: DOWN
    await put(bench, "hello")
    await settled(bench)

    assert bench.messenger.said == [(None, failure_sentences.gave_up(NO_ANSWER))]
    assert bench.messenger.posts[-1][2].offers_retry
    assert [letter.reason for letter in await bench.queue.buried()] == ["ModelUnavailable: down"]
    assert bench.messenger.status == ""


async def test_a_turn_that_a_newer_version_has_begun_is_left_to_its_workers(bench, work, caplog):
    read = bench.journal.read

    async def too_new(_claim):
        raise TooNew("a 'Sung' is not one of ours")

    bench.journal.read = too_new
    await put(bench, "hello")
    await eventually(lambda: bench.queue.not_due)
    assert [record.message for record in caplog.records] == ["turn.too_new"]

    bench.journal.read = read  # as the other worker does
    bench.queue.advance(31)
    await settled(bench)

    assert bench.messenger.said == [(None, "Hello.")]


async def test_a_thread_that_slack_does_not_let_us_speak_in_is_buried_quietly(bench, work):
    bench.messenger.fail_next("router:0", MessengerRefused("is_archived"))
    bench.messenger.fail_next("gave-up", MessengerRefused("is_archived"))
    bench.model.script(ROUTER, "Hi.")
    await put(bench, "hello")
    await settled(bench)

    (letter,) = await bench.queue.buried()
    assert letter.reason == "MessengerRefused: is_archived"


async def test_giving_up_is_told_although_an_expert_had_an_answer_nobody_saw(bench, work):
    for _ in range(3):
        bench.messenger.fail_next(f"reply:{own_id('call_legal')}:0", MessengerUnavailable("down"))
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", "Yes.")
    await put(bench, "May we?")
    await settled(bench)

    told = failure_sentences.gave_up("Slack did not respond for too long")
    assert bench.messenger.said[-1] == (None, told)


async def test_a_retried_turn_that_fails_again_says_so_again(bench, work):
    bench.model.reply = lambda _: DOWN
    await put(bench, "hello")
    await settled(bench)
    (letter,) = await bench.queue.buried()

    assert await bench.queue.retry(letter.turn.id)
    await settled(bench)
    bench.model.reply = lambda _: "Hi."
    assert await bench.queue.retry(letter.turn.id)
    await settled(bench)

    said = [text for _, text in bench.messenger.said]
    assert said == [
        failure_sentences.gave_up(NO_ANSWER),
        failure_sentences.gave_up(NO_ANSWER),
        "Hi.",
    ]


async def test_giving_up_halfway_says_that_it_can_go_on(bench, work):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", "Cheap.")
    for _ in range(3):
        bench.messenger.fail_next(f"reply:{own_id('call_finance')}:0", MessengerUnavailable("down"))
    await put(bench, "May we?")
    await settled(bench)

    assert bench.messenger.said[-1] == (
        None,
        failure_sentences.gave_up_halfway("Slack did not respond for too long"),
    )


async def test_the_empty_account_is_told_with_a_way_to_try_again(bench, work):
    bench.model.script(ROUTER, ModelRefused(ModelFault.QUOTA, "insufficient_quota"), "Hi.")
    await put(bench, "hello")
    await settled(bench)

    assert bench.messenger.said == [(None, refusal_sentences.router_failed(ModelFault.QUOTA))]
    (letter,) = await bench.queue.buried()
    await bench.queue.retry(letter.turn.id)
    await settled(bench)
    assert bench.messenger.said[-1] == (None, "Hi.")


async def test_a_turn_that_kills_its_workers_is_put_aside_and_a_retry_costs_one_more(bench):
    bench.model.script(ROUTER, "Hi.")
    await put(bench, "poison")
    assert await killed(bench) == 6
    await handled(bench)

    (letter,) = await bench.queue.buried()
    assert letter.reason == "Poisoned: 6 workers died with it"
    assert bench.messenger.said == [(None, failure_sentences.poisoned(6))]
    assert not bench.messenger.posts[-1][2].offers_retry

    with pytest.raises(Poisoned):
        await bench.queue.retry(letter.turn.id, poisoned=False)
    for _ in range(2):
        assert await bench.queue.retry(letter.turn.id)
        assert await killed(bench) == 1
        await handled(bench)
        assert len(await bench.queue.buried()) == 1

    assert await bench.queue.retry(letter.turn.id)
    await handled(bench)
    assert bench.messenger.said == [(None, failure_sentences.poisoned(6))] * 3 + [(None, "Hi.")]


async def test_a_turn_with_which_even_giving_up_kills_is_put_aside_without_a_word(bench):
    await put(bench, "poison")
    await killed(bench)
    await claimed_sometime(bench)  # and the one that was to say so
    await bench.queue.hand_over(await claimed_sometime(bench))
    await handled(bench)

    assert len(await bench.queue.buried()) == 1
    assert bench.messenger.said == []


async def test_a_worker_that_loses_a_turn_and_lives_is_no_dead_worker(bench):
    bench.model.script(ROUTER, [asyncio.Event(), "too late"])
    task = asyncio.create_task(
        TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, lease=0.3).run()
    )
    await put(bench, "hello")
    await eventually(lambda: bench.model.prompts)
    task.cancel()  # it claims no more; its turn goes on
    (current,) = bench.queue._currents.values()
    current.entries = len(current.events)  # it got no further with this worker
    claim = await claimed_sometime(bench)
    assert claim.deaths == 1

    await eventually(lambda: not bench.queue.held(claim).deaths)


async def killed(bench: Bench) -> int:
    """Let workers die with the turn until it is to be given up; returns how many did."""
    deaths = 0
    while (claim := await claimed_sometime(bench)).deaths <= HURRY.max_deaths:
        deaths += 1  # the worker is seen no more
    await bench.queue.hand_over(claim)
    return deaths


async def handled(bench: Bench) -> None:
    """Let a worker handle what there is."""
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY)
    task = asyncio.create_task(worker.run())
    await settled(bench)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def claimed_sometime(bench: Bench) -> Claim:
    """Claim a turn; as much time passes as it takes."""
    claiming = asyncio.create_task(bench.queue.claim())
    while not claiming.done():
        bench.queue.advance(bench.queue.lease + 1)
        await asyncio.sleep(0)
    return await claiming


async def test_a_neighbour_that_wants_a_day_gets_a_quarter_of_an_hour(bench):
    bench.model.script(ROUTER, ModelUnavailable("busy", after=86_400), "Hi.")
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=Timeouts())
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.queue.postponed)
    bench.queue.advance(901)
    await settled(bench)
    task.cancel()

    assert bench.messenger.said == [(None, "Hi.")]


async def test_giving_up_is_not_told_where_the_router_has_answered(bench, work):
    bench.model.script(ROUTER, [consult("legal")], "Nobody knows.")
    bench.model.script("legal", "")
    for _ in range(3 * 3):
        bench.model.fail_next("relabel", DOWN)
    await put(bench, "May we?")
    await settled(bench)

    assert len(await bench.queue.buried()) == 1
    assert bench.messenger.said[-1] == (None, "Nobody knows.")


async def test_giving_up_is_not_told_to_people_who_talk_among_themselves(bench, work):
    async def away(_thread: ThreadRef) -> None:
        raise MessengerUnavailable("no history")

    bench.transcript.routers_of = away
    await bench.queue.put(THREAD, Message(MessageTs("2.0"), UserId("UMEMBER"), "lunch?"))
    await settled(bench)

    assert len(await bench.queue.buried()) == 1
    assert bench.messenger.said == []
    assert bench.messenger.statuses == []


async def test_a_mistake_of_ours_does_not_stop_the_other_turns(bench, work):
    bench.model.script(ROUTER, RuntimeError("a bug"), "Hi.")
    await put(bench, "one")
    await settled(bench)
    await put(bench, "two", thread=ThreadRef("T1", "C1", "5.0"))
    await settled(bench)

    assert [letter.reason for letter in await bench.queue.buried()] == ["RuntimeError"]
    assert bench.messenger.said[-1] == (None, "Hi.")


async def test_losing_the_lease_stops_the_work(bench):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "too late"])
    timeouts = Timeouts(plan_updates=0)
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=timeouts, lease=0.03)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.model.asked(ROUTER))
    task.cancel()
    bench.lose()
    await bench.queue.claim()
    await worker.drain(grace=2)

    assert bench.messenger.said == []


async def test_a_turn_that_nobody_remembers_leaves_no_status(bench):
    bench.model.script(ROUTER, [asyncio.Event()])
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, lease=0.03)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.model.asked(ROUTER))
    assert bench.messenger.status

    bench.queue.lose_turns()
    await eventually(lambda: not worker.running)
    task.cancel()

    assert bench.messenger.status == ""


async def test_at_shutdown_a_turn_that_ends_in_time_is_finished(bench):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "Hi."])
    await put(bench, "hello")
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, concurrency=1, lease=180)
    task = asyncio.create_task(worker.run())
    await eventually(lambda: bench.model.asked(ROUTER))
    task.cancel()
    draining = asyncio.create_task(worker.drain(grace=60))
    await Meanwhile().wait()
    held.set()

    assert await draining == 0
    assert bench.messenger.said == [(None, "Hi.")]
    assert await bench.idle()


class AbsentQueue(FakeTurnQueue):
    """Is away for a moment when the first turn is done."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: list[Claim] = []
        self.away = True

    async def claim(self) -> Claim:
        self.claims.append(await super().claim())
        return self.claims[-1]

    async def done(self, claim: Claim, *, model_answers: bool = False) -> None:
        if self.away:
            self.away = False
            raise StoreUnavailable("away")
        await super().done(claim, model_answers=model_answers)


async def test_a_turn_that_is_done_while_the_store_is_away_is_not_run_again(make_bench):
    bench = make_bench(queue=AbsentQueue())
    await put(bench, "hello")
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, concurrency=1, lease=180)
    task = asyncio.create_task(worker.run())
    await settled(bench)
    task.cancel()

    assert len(bench.queue.claims) == 1
    assert bench.messenger.said == [(None, "Hello.")]


async def test_at_shutdown_a_turn_that_takes_too_long_is_handed_over_at_once(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()])
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, lease=180)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.model.asked("legal"))
    task.cancel()
    await worker.drain(grace=0)
    claim = await bench.queue.claim()

    assert claim.attempt == 2


async def test_at_shutdown_whoever_is_hurried_hands_over_at_once(bench):
    bench.model.script(ROUTER, [asyncio.Event()])
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=HURRY, lease=180)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.model.asked(ROUTER))
    task.cancel()
    draining = asyncio.create_task(worker.drain(grace=60))
    await Meanwhile().wait()
    worker.hurry()

    async with asyncio.timeout(2):
        assert await draining == 1
        assert (await bench.queue.claim()).attempt == 2


class HesitantMessenger(RecordingMessenger):
    """Never finishes saying that a turn is given up."""

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        if post.offers_retry:
            self.posts.append((thread, MessageTs("0.0"), post))
            await asyncio.Event().wait()
        return await super().post(thread, post)


async def test_at_shutdown_a_turn_that_is_being_given_up_is_handed_over_at_once(make_bench):
    bench = make_bench(messenger=HesitantMessenger())
    bench.model.reply = lambda _: DOWN
    timeouts = replace(HURRY, turn_retry_delays=())
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=timeouts, lease=180)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.messenger.posts)
    task.cancel()
    await worker.drain(grace=0)

    async with asyncio.timeout(2):
        assert (await bench.queue.claim()).attempt == 2


async def test_a_mistake_of_ours_in_giving_up_does_not_keep_the_turn_for_ever(bench, work):
    bench.messenger.fail_next("gave-up", RuntimeError("a bug"))
    bench.model.script(ROUTER, RuntimeError("a bug"))
    await put(bench, "hello")
    await settled(bench)

    assert [letter.reason for letter in await bench.queue.buried()] == ["RuntimeError"]


class FailingWhenCancelled:
    """Fails when it is cancelled, as a TaskGroup with an error does before Python 3.13."""

    def __init__(self) -> None:
        self.stopped: list[Claim] = []

    async def run(self, claim: Claim) -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise DOWN from None
        return True

    async def stop(self, claim: Claim) -> None:
        self.stopped.append(claim)


async def test_a_turn_that_fails_when_it_is_stopped_is_not_tried_again(bench):
    runner = FailingWhenCancelled()
    worker = TurnWorker(bench.queue, runner, timeouts=AWAY, lease=180)
    task = asyncio.create_task(worker.run())
    await put(bench, "hello")
    await eventually(lambda: bench.queue.is_busy(THREAD))
    await bench.queue.stop(THREAD, MessageTs("9.0"), UserId("U1"))
    await settled(bench)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [claim.postponed for claim in runner.stopped] == [0]


# --- while the model's side is away

AWAY = replace(HURRY, retry_delays=(), turn_retry_delays=(5, 15, 60, 300), stop_requests=0.001)


@pytest.fixture
async def away(bench):
    """A worker whose delays pass only as the test lets them."""
    bench.timeouts = AWAY
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=AWAY, lease=1_000)
    task = asyncio.create_task(worker.run())
    yield worker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await worker.drain(grace=1)


async def postponed(bench: Bench, seconds: float = 0) -> None:
    """Let time pass, and return when the turn has been tried and is postponed again."""
    bench.queue.advance(seconds)
    await eventually(lambda: bench.queue.not_due)


TOLD = failure_sentences.model_away(DOWN, [15, 75, 375])


async def test_at_the_second_postponement_people_are_told_once_and_it_is_taken_back(bench, away):
    bench.model.script(ROUTER, DOWN, DOWN, DOWN, "Hi.")
    await put(bench, "hello")
    await postponed(bench)
    assert bench.messenger.said == []
    await postponed(bench, 6)
    assert bench.messenger.said == [(None, TOLD)]
    assert bench.messenger.posts[-1][2].is_delayed
    await postponed(bench, 16)
    assert bench.messenger.said == [(None, TOLD)]
    bench.queue.advance(61)
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]


async def test_it_is_taken_back_though_redis_has_lost_that_people_were_told(bench, away):
    bench.model.script(ROUTER, DOWN, DOWN, "Hi.")
    await put(bench, "hello", ts=f"{runtime.time():.6f}")
    await postponed(bench)
    await postponed(bench, 6)
    assert bench.messenger.said == [(None, TOLD)]
    bench.queue.fall_behind(0)
    bench.queue.advance(16)
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]


async def test_a_turn_that_is_tried_now_is_answered_at_once(bench, away):
    bench.model.script(ROUTER, DOWN, DOWN, "Hi.")
    await put(bench, "hello")
    await postponed(bench)
    await postponed(bench, 6)
    assert await bench.queue.try_now(THREAD, bench.messenger.posts[0][2].turn, UserId("UADMIN"))
    await settled(bench)

    assert bench.messenger.said == [(None, "Hi.")]


async def test_an_answer_to_somebody_else_wakes_the_others(bench, away):
    bench.model.script(ROUTER, DOWN, DOWN, "Ho.", "Hi.")
    await put(bench, "hello")
    await postponed(bench)
    await postponed(bench, 6)
    await put(bench, "two", thread=ThreadRef("T1", "C1", "5.0"))
    await settled(bench)

    assert bench.messenger.said == [(None, "Ho."), (None, "Hi.")]


async def test_giving_up_or_stopping_takes_it_back(bench, away):
    bench.model.reply = lambda _: DOWN
    await put(bench, "hello")
    for seconds in (0, 6, 16, 61):
        await postponed(bench, seconds)
    bench.queue.advance(301)
    await settled(bench)
    assert bench.messenger.said == [(None, failure_sentences.gave_up(NO_ANSWER))]

    other = ThreadRef("T1", "C1", "5.0")
    await put(bench, "two", thread=other)
    for seconds in (0, 6):
        await postponed(bench, seconds)
    await bench.queue.stop(other, MessageTs("9.0"), UserId("U1"))
    await settled(bench)

    assert bench.messenger.said == [
        (None, failure_sentences.gave_up(NO_ANSWER)),
        (None, sentences.stopped([])),
    ]


async def test_nothing_is_told_where_slack_is_what_fails(bench, away):
    for _ in range(2):
        bench.messenger.fail_next("router:0", MessengerUnavailable("down"))
    bench.model.script(ROUTER, "Hi.")
    await put(bench, "hello")
    for seconds in (0, 6):
        await postponed(bench, seconds)

    assert bench.messenger.said == []
