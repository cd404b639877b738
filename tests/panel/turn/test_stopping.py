"""A turn that somebody stops ends at once, and leaves nothing open."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.panel.errors import ModelUnavailable, StoreUnavailable
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.journal.events import ExpertCalled
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ABORTED, ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import RouterLabels
from bot.panel.messaging.messenger import TaskState
from bot.panel.model import CallId, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.texts import sentences
from bot.panel.turn.workers.turn_worker import TurnWorker
from bot.panel.usage import NO_USAGE
from tests.eventually import eventually
from tests.fakes.audit_log import auditor
from tests.fakes.language_model import ROUTER, USAGE
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel.conftest import HURRY, THREAD, Bench, consult

QUICK = replace(HURRY, stop_requests=0.001)


@pytest.fixture
async def work(bench):
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=QUICK, lease=180)
    task = asyncio.create_task(worker.run())
    yield worker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await worker.drain(grace=1)


async def say(bench: Bench, text: str, ts: str) -> None:
    message = Message(MessageTs(ts), UserId("UMEMBER"), text, mentioned=True)
    incoming = Incoming(THREAD, message, is_reply=ts != "1.0", addresses_others=False)
    await Intake(bench.queue, bench.threads, auditor()).receive(incoming)


async def settled(bench: Bench) -> None:
    async with asyncio.timeout(5):
        while not await bench.idle():  # noqa: ASYNC110 - the queue sends no events
            await asyncio.sleep(0.001)


def said(bench: Bench) -> list[tuple[str | None, str]]:
    plans = ("Asking", "Asked", "Stopped asking")
    return [one for one in bench.messenger.said if not one[1].startswith(plans)]


async def test_experts_that_are_at_work_are_stopped_and_the_others_answers_stay(bench, work):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(
        lambda: ("Legal Counsel", "Yes.") in said(bench) and bench.model.asked("finance")
    )

    await say(bench, "stop", "2.0")
    await settled(bench)

    assert said(bench) == [
        ("Legal Counsel", "Yes."),
        (None, sentences.stopped(["Finance Partner"])),
    ]
    assert bench.model.unanswered() == []
    assert bench.messenger.status == ""


async def test_what_was_done_until_the_stop_is_kept(bench, work):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(
        lambda: ("Legal Counsel", "Yes.") in said(bench) and bench.model.asked("finance")
    )

    await say(bench, "stop", "2.0")
    await settled(bench)

    (report,) = bench.reports.reports.values()
    legal, finance = report.consultations
    assert (legal.stage.usage, legal.failure) == (USAGE, None)
    assert (finance.stage.usage, finance.failure) == (NO_USAGE, Failure.STOPPED)


async def test_a_stop_whose_worker_died_is_the_first_thing_that_the_next_one_does(bench):
    await say(bench, "May we?", "1.0")
    await bench.queue.claim()
    await say(bench, "stop", "2.0")
    bench.lose()
    seldom = replace(HURRY, stop_requests=60)
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=seldom, lease=180)
    task = asyncio.create_task(worker.run())
    await settled(bench)
    task.cancel()

    assert said(bench) == [(None, sentences.stopped([]))]
    assert bench.model.prompts == []


async def test_the_thread_goes_on_afterwards_and_knows_what_was_asked(bench, work):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()], "What else?")
    bench.model.script("legal", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    await say(bench, "stop", "2.0")
    await settled(bench)

    await say(bench, "never mind", "3.0")
    await settled(bench)

    assert said(bench)[-1] == (None, "What else?")
    asked = [item.text for item in bench.model.items_of(ROUTER) if isinstance(item, UserSaid)]
    assert len(asked) == 2
    assert bench.model.unanswered() == []


@pytest.mark.parametrize("failures", [0, 2])
async def test_a_conversation_that_a_stopped_turn_has_begun_is_linked_everywhere(
    bench, work, failures
):
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    bench.model.script("legal", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    for _ in range(failures):
        bench.model.fail_next("relabel", ModelUnavailable("busy"))

    await say(bench, "stop", "2.0")
    await settled(bench)

    links = await bench.threads.links(THREAD)
    assert links.experts.keys() == {"legal"}
    assert await bench.model.labels(links.router) == RouterLabels(THREAD, links.experts)


async def test_a_conversation_is_linked_everywhere_though_its_call_was_not_noted_yet(
    bench, work, monkeypatch
):
    append = bench.journal.append

    async def append_slowly(claim, *events, **kwargs):
        if any(isinstance(event, ExpertCalled) for event in events):
            await asyncio.Event().wait()
        await append(claim, *events, **kwargs)

    monkeypatch.setattr(bench.journal, "append", append_slowly)
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    await say(bench, "May we?", "1.0")
    async with asyncio.timeout(5):
        while not (await bench.threads.links(THREAD)).experts:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
    monkeypatch.undo()

    await say(bench, "stop", "2.0")
    await settled(bench)

    links = await bench.threads.links(THREAD)
    assert await bench.model.labels(links.router) == RouterLabels(THREAD, links.experts)


async def test_what_waits_is_taken_back_but_not_forgotten(bench):
    await say(bench, "May we?", "1.0")
    await say(bench, "And at what cost?", "2.0")

    await say(bench, "stop", "3.0")

    assert [m.text for m in (await bench.queue.claim()).turn.messages] == ["stop"]
    assert await bench.threads.unread_since(THREAD) == "1.0"


async def test_nothing_to_stop_is_said(bench, work):
    await say(bench, "stop", "1.0")
    await settled(bench)

    assert said(bench) == [(None, sentences.nothing_to_stop())]


async def test_a_copy_of_the_wish_stops_nothing_else(bench, work):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [asyncio.Event()], "Hi.")
    await say(bench, "one", "1.0")
    await eventually(lambda: bench.model.asked(ROUTER))
    await say(bench, "stop", "2.0")
    await settled(bench)
    await say(bench, "two", "3.0")
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert said(bench)[-1] == (None, "Hi.")


async def test_a_model_that_is_away_does_not_keep_a_turn_from_stopping(bench, work):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()], "Hi.")
    bench.model.script("legal", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    for _ in 2 * (None, *QUICK.retry_delays):  # the router's conversation, and the expert's
        bench.model.fail_next("since", ModelUnavailable("down"))
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert said(bench) == [(None, sentences.stopped(["Legal Counsel"]))]
    await say(bench, "hello?", "3.0")
    await settled(bench)
    assert said(bench)[-1] == (None, "Hi.")
    outputs = [i.output for i in bench.model.items_of(ROUTER) if isinstance(i, ToolAnswered)]
    assert outputs == [ABORTED]


async def test_a_turn_that_fails_as_it_is_stopped_is_not_put_off(bench):
    bench.timeouts = replace(QUICK, stop_requests=0.1, retry_delays=(), turn_retry_delays=(600,))
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, ModelUnavailable("down")], "Hi.")
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=bench.timeouts, lease=180)
    task = asyncio.create_task(worker.run())
    await say(bench, "one", "1.0")
    await eventually(lambda: bench.model.asked(ROUTER))
    await say(bench, "stop", "2.0")
    held.set()
    await settled(bench)
    task.cancel()

    assert await bench.queue.stop_requests() == {}


async def test_a_worker_that_shuts_down_still_stops_what_is_to_be_stopped(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()])
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=QUICK, lease=180)
    task = asyncio.create_task(worker.run())
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    task.cancel()
    draining = asyncio.create_task(worker.drain(grace=60))

    await say(bench, "stop", "2.0")
    async with asyncio.timeout(5):
        await draining

    assert said(bench) == [(None, sentences.stopped(["Legal Counsel"]))]


class DistantQueue(FakeTurnQueue):
    """Its answer to who is to be stopped takes as long as a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        found = await super().stop_requests()
        if found:
            self.asked.set()
            await self.answer.wait()
        return found


async def test_a_late_word_of_a_stop_does_not_stop_the_next_turn(make_bench):
    bench = make_bench(queue=DistantQueue())
    ends, goes_on = asyncio.Event(), asyncio.Event()
    bench.model.script(ROUTER, [ends, "First."], [goes_on, "Second."])
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=QUICK, lease=180)
    task = asyncio.create_task(worker.run())
    await say(bench, "one", "1.0")
    await eventually(lambda: bench.model.asked(ROUTER))
    await say(bench, "stop", "2.0")
    await bench.queue.asked.wait()
    ends.set()
    await say(bench, "two", "3.0")
    await eventually(lambda: len(bench.model.asked(ROUTER)) == 2)
    bench.queue.answer.set()
    await asyncio.sleep(0.01)  # a wrong stop would come by now
    goes_on.set()
    await settled(bench)
    task.cancel()

    assert said(bench)[-1] == (None, "Second.")


class CountingQueue(FakeTurnQueue):
    """Counts how often it is asked who is to be stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        self.times += 1
        return await super().stop_requests()


async def test_a_worker_without_turns_does_not_ask_which_to_stop(make_bench):
    queue = CountingQueue()
    worker = TurnWorker(queue, make_bench(queue=queue).runner(), timeouts=QUICK)
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(0.02)  # some would have come by now
    task.cancel()

    assert queue.times == 0


async def test_a_lost_look_after_a_wait_for_the_summary_leaves_no_call_open(bench, work):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], [asyncio.Event()])
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", "No.")
    await say(bench, "May we?", "1.0")
    await eventually(lambda: len(bench.model.asked(ROUTER)) == 2)
    router = bench.model.items_of(ROUTER)
    router[:] = [item for item in router if not isinstance(item, ToolAnswered)]  # still on its way
    looks, since = iter(range(10)), bench.model.since

    async def since_or_not(conversation, ref):
        if next(looks) == len(QUICK.retry_delays):
            raise ModelUnavailable("lost")
        return await since(conversation, ref)

    bench.model.since = since_or_not
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert bench.model.unanswered() == []


async def test_what_a_stopped_expert_was_asked_twice_is_tidied_up(bench, work):
    """A response broke off, its request was not stored yet, and was made again; then both were."""
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    bench.model.script("legal", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    asked = bench.model.items_of("legal")
    asked.append(asked[0])

    await say(bench, "stop", "2.0")
    await settled(bench)

    assert len([item for item in asked if isinstance(item, UserSaid)]) == 1


@pytest.mark.parametrize("stage", ["choosing", "answering", "closing"])
async def test_a_copy_of_a_repeated_request_that_comes_during_the_stop_is_tidied_up(
    bench, work, stage
):
    """The answer was lost, and nothing stored yet when the request was made again."""
    lost_then_slow = ([ModelUnavailable("lost")], [asyncio.Event()])
    both, who = [consult("legal"), consult("finance")], ROUTER
    bench.model.script("finance", "No.")
    match stage:
        case "choosing":
            bench.model.script(ROUTER, *lost_then_slow)
        case "answering":
            who = ExpertName("legal")
            bench.model.script(ROUTER, [*both, asyncio.Event()])
            bench.model.script(who, *lost_then_slow)
        case "closing":
            bench.model.script("legal", "Yes.")
            bench.model.script(ROUTER, both, *lost_then_slow)
    await say(bench, "May we?", "1.0")
    await eventually(lambda: len(bench.model.asked(who)) == (3 if stage == "closing" else 2))
    held, since, looks = bench.model.items_of(who), bench.model.since, iter(range(99))
    kind = ToolAnswered if stage == "closing" else UserSaid
    sent = [one for one in held if isinstance(one, kind)]

    async def since_before_the_copy(conversation, ref):
        found = await since(conversation, ref)
        if bench.model.conversations[conversation].items is held and next(looks) == 0:
            held.extend(sent)
        return found

    bench.model.since = since_before_the_copy
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert [one for one in held if isinstance(one, kind)] == sent != []


async def test_a_stop_is_tried_until_it_works(bench, work):
    bench.model.script(ROUTER, [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked(ROUTER))
    save, tries = bench.reports.save, iter(range(9))

    async def lost(*args):
        if next(tries) < 8:  # more often than an answer is tried
            raise StoreUnavailable("away")
        await save(*args)

    bench.reports.save = lost
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert [text for _, text in bench.messenger.said] == [sentences.stopped(())]
    assert await bench.queue.buried() == []


async def test_calls_of_a_repeated_request_that_comes_late_are_answered_too(bench, work):
    """The request was made again as nothing of it was stored; then both responses were."""
    bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    bench.model.script("legal", [asyncio.Event()])
    await say(bench, "May we?", "1.0")
    await eventually(lambda: bench.model.asked("legal"))
    asked, append = bench.model.items_of(ROUTER), bench.model.append
    question = asked[-1] if isinstance(asked[-1], UserSaid) else asked[0]

    async def append_after_the_other(conversation, items):
        if not any(isinstance(one, ToolCalled) and one.call_id == "late" for one in asked):
            asked.extend((question, ToolCalled(CallId("late"), "consult_legal", {})))
        await append(conversation, items)

    bench.model.append = append_after_the_other
    await say(bench, "stop", "2.0")
    await settled(bench)

    assert bench.model.unanswered() == []
    called = [one.call_id for one in asked if isinstance(one, ToolCalled)]
    assert [one.call_id for one in asked if isinstance(one, ToolAnswered)] == called == ["late"]


async def test_a_plan_that_is_on_its_way_to_slack_says_in_the_end_who_was_stopped(bench, work):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    for expert in ("legal", "finance"):
        bench.model.script(expert, [asyncio.Event()])
    sent, arrives = asyncio.Event(), asyncio.Event()
    post_plan = bench.messenger.post_plan

    async def post_late(*args):
        sent.set()
        with suppress(asyncio.CancelledError):  # Slack posts it all the same
            await arrives.wait()
        return await post_plan(*args)

    bench.messenger.post_plan = post_late
    await say(bench, "May we?", "1.0")
    await sent.wait()

    await say(bench, "stop", "2.0")
    await asyncio.sleep(0.02)
    arrives.set()
    await settled(bench)

    (tasks,) = bench.messenger.plans.values()
    assert {task.state for task in tasks[-1]} == {TaskState.STOPPED}
