"""A question that is deleted ends its turn without a word, wherever that stands."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Set
from dataclasses import dataclass, replace
from math import inf

import pytest

from bot.panel.approvals.approval_texts import Undecided, ended
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    StoreUnavailable,
)
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.model import Decision, Message, MessageTs, RequestId, ThreadRef, Turn, TurnId, UserId
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing
from bot.panel.timeouts import Timeouts
from bot.panel.tools import ApprovalWanted
from bot.panel.turn.workers.turn_worker import TurnWorker
from bot.panel.turn.workers.unwanted_turns import UnwantedTurns
from tests.eventually import eventually
from tests.fakes.audit_log import auditor
from tests.fakes.language_model import ROUTER, written
from tests.panel.conftest import HURRY, THREAD, AnsweringLater, Bench, consult

QUICK = replace(HURRY, stop_requests=0.001, turn_retry_delays=(600,), retry_delays=())
ROOT, REPLY = "1.0", "5.0"
BOTH = [consult("legal"), consult("finance")]


class Working:
    """A bench with a worker."""

    def __init__(
        self, bench: Bench, ts: str = ROOT, timeouts: Timeouts = QUICK, lease: float = 180
    ) -> None:
        bench.timeouts = timeouts
        self.bench = bench
        self.ts = ts
        self.intake = Intake(bench.queue, bench.threads, auditor())
        self.worker = TurnWorker(bench.queue, bench.runner(), timeouts=timeouts, lease=lease)
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.worker.run())

    async def stop(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.worker.drain(grace=1)

    async def ask(self, text: str = "May we?", ts: str = "", *, mentioned: bool = True) -> None:
        ts = ts or self.ts
        message = Message(MessageTs(ts), UserId("UMEMBER"), text, mentioned)
        await self.intake.receive(
            Incoming(THREAD, message, is_reply=ts != ROOT, addresses_others=False)
        )

    async def delete(self, ts: str = "") -> None:
        await self.intake.amend(THREAD, MessageTs(ts or self.ts), None)

    async def settled(self) -> None:
        async with asyncio.timeout(5):
            while not await self.bench.idle():  # noqa: ASYNC110 - the queue sends no events
                await asyncio.sleep(0.001)

    def said(self) -> list[tuple[str | None, str]]:
        said = self.bench.messenger.said
        plans = ("Asking", "Asked", "Stopped asking")
        return [one for one in said if not one[1].startswith(plans)]

    def plans(self) -> int:
        return len(self.bench.messenger.said) - len(self.said())

    async def assert_clean(self) -> None:
        """Check that nothing is left of the turn."""
        bench = self.bench
        assert await bench.queue.buried() == []
        assert await bench.idle()
        assert not bench.queue.is_busy(THREAD)
        assert bench.messenger.status == ""
        assert bench.messenger.open == {}
        assert bench.model.unanswered() == []
        assert await bench.approvals.pending(THREAD) == []


@pytest.fixture(params=[ROOT, REPLY], ids=["root", "reply"])
async def work(bench, request):
    if request.param == REPLY:
        await bench.threads.set_standing(THREAD, Standing.OURS)
    working = Working(bench, request.param)
    yield working
    await working.stop()


# --- the event of the deletion arrives


async def before_the_message(work: Working) -> None:
    work.start()


async def while_it_waits(work: Working) -> None:
    await work.ask()


async def while_the_router_is_asked(work: Working) -> None:
    work.bench.model.script(ROUTER, [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(lambda: work.bench.model.asked(ROUTER))


async def while_the_router_calls_experts(work: Working) -> None:
    work.bench.model.script(ROUTER, [consult("legal"), asyncio.Event()])
    work.bench.model.script("legal", [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(lambda: work.bench.model.asked("legal"))


async def while_experts_answer(work: Working) -> None:
    work.bench.model.script(ROUTER, BOTH)
    for expert in ("legal", "finance"):
        work.bench.model.script(expert, [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(lambda: work.bench.model.asked("finance") and work.plans())


async def after_a_first_answer(work: Working) -> None:
    work.bench.model.script(ROUTER, BOTH)
    work.bench.model.script("legal", "Yes.")
    work.bench.model.script("finance", [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(
        lambda: ("Legal Counsel", "Yes.") in work.said() and work.bench.model.asked("finance")
    )


async def while_an_answer_streams(work: Working) -> None:
    work.bench.messenger.private = True
    work.bench.model.script(ROUTER, [consult("legal")])
    work.bench.model.script("legal", written("It depends ", asyncio.Event()))
    work.start()
    await work.ask()
    await eventually(lambda: work.bench.messenger.open)


async def while_it_is_postponed(work: Working) -> None:
    work.bench.model.script(ROUTER, ModelUnavailable("down"))
    work.start()
    await work.ask()
    await eventually(lambda: work.bench.queue.postponed)


async def after_its_worker_died(work: Working) -> None:
    work.bench.model.script(ROUTER, BOTH)
    await work.ask()
    claim = await work.bench.queue.claim()
    await work.bench.die(claim, 3, after=True)
    work.bench.lose()


async def while_an_approval_is_wanted(work: Working) -> None:
    work.bench.model.script(ROUTER, BOTH)
    wanted = ApprovalWanted(RequestId("r1"), "mail", "send", "{}")
    work.bench.model.script("legal", [wanted])
    work.bench.model.script("finance", [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(lambda: any(p.approval for _, _, p in work.bench.messenger.posts))


Stage = Callable[[Working], Awaitable[None]]
STAGES: list[Stage] = [
    before_the_message,
    while_it_waits,
    while_the_router_is_asked,
    while_the_router_calls_experts,
    while_experts_answer,
    after_a_first_answer,
    while_an_answer_streams,
    while_it_is_postponed,
    after_its_worker_died,
    while_an_approval_is_wanted,
]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
async def test_a_deleted_question_is_not_answered_and_nothing_is_said(work, stage):
    await stage(work)
    kept = [] if work.bench.messenger.open else work.said()

    await work.delete()
    if stage is before_the_message:
        await work.ask()
    elif not work.task:
        work.start()
    await work.settled()

    assert work.said() == kept
    assert work.plans() == bool(kept)  # in its final state, or deleted with nothing beside it
    await work.assert_clean()
    unread = await work.bench.threads.unread_since(THREAD)
    assert unread in (None, ROOT) if work.ts == REPLY else unread is None


async def test_the_plan_of_what_was_answered_ends_in_its_final_state(bench):
    work = Working(bench)
    await after_a_first_answer(work)
    await work.delete()
    await work.settled()
    await work.stop()

    (states,) = bench.messenger.plans.values()
    assert [task.state for task in states[-1]] == ["done", "stopped"]


async def test_an_approval_of_another_question_stays(bench):
    work = Working(bench)
    bench.model.script(ROUTER, [consult("legal")], [asyncio.Event()])
    bench.model.script("legal", [ApprovalWanted(RequestId("r1"), "mail", "send", "{}")])
    work.start()
    await work.ask()
    await work.settled()
    await work.ask("And?", "7.0")
    await eventually(lambda: len(bench.model.asked(ROUTER)) == 2)
    await work.delete("7.0")
    await work.settled()
    await work.stop()

    assert len(await bench.approvals.pending(THREAD)) == 1


async def test_an_approval_says_why_it_is_closed(bench):
    work = Working(bench)
    await while_an_approval_is_wanted(work)
    await work.delete()
    await work.settled()
    await work.stop()

    (ending,) = bench.messenger.endings.values()
    assert ending.words == ended(Undecided.DELETED)


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.EXPIRED])
async def test_a_decision_on_a_deleted_question_uses_no_tool_and_says_nothing(bench, decision):
    work = Working(bench)
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [ApprovalWanted(RequestId("r1"), "mail", "send", "{}")])
    work.start()
    await work.ask()
    await work.settled()
    asked, said = len(bench.model.prompts), bench.messenger.said
    await work.delete()

    (pending,) = await bench.approvals.pending(THREAD)
    verdict = pending.verdict_message(pending.verdict(decision, 0), None)
    await bench.approvals.record_verdict(THREAD, pending.id, verdict)
    await work.settled()
    await work.stop()

    assert (len(bench.model.prompts), bench.messenger.said) == (asked, said)
    (ending,) = bench.messenger.endings.values()
    assert ending.words == ended(Undecided.DELETED)
    await work.assert_clean()


async def test_of_a_running_turn_the_others_questions_are_answered(bench):
    work = Working(bench, REPLY)
    await bench.threads.set_standing(THREAD, Standing.OURS)
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "Hi."])
    await work.ask("one", "5.0")
    await work.ask("two", "6.0")
    work.start()
    await eventually(lambda: bench.model.asked(ROUTER))

    await work.delete("6.0")
    await asyncio.sleep(0.02)
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == [(None, "Hi.")]


async def test_what_is_left_of_a_turn_without_its_mention_is_read_with_the_next_one(bench):
    work = Working(bench, REPLY)
    await bench.threads.set_standing(THREAD, Standing.OURS)
    await work.ask("one", "5.0")
    await work.ask("two", "6.0", mentioned=False)
    claim = await bench.queue.claim()
    await bench.queue.postpone(claim, after=600)
    await work.delete("5.0")
    work.start()
    await work.settled()
    await work.stop()

    assert work.said() == []
    assert await bench.threads.unread_since(THREAD) == "6.0"


async def test_the_deletion_of_an_answered_question_changes_nothing(bench):
    work = Working(bench)
    bench.model.script(ROUTER, "Hi.", "Again.")
    work.start()
    await work.ask()
    await work.settled()
    await work.delete()
    await work.ask("And now?", "6.0")
    await work.settled()
    await work.stop()

    assert work.said() == [(None, "Hi."), (None, "Again.")]


async def test_the_next_turn_of_its_thread_is_not_taken_for_deleted_while_it_ends(bench):
    work, queue = Working(bench), bench.queue
    await work.ask()
    ending = await queue.claim()
    await work.delete()
    await queue.done(ending)  # of which its worker has not heard yet
    await work.ask(ts=REPLY)
    following = await queue.claim()
    unwanted = UnwantedTurns(queue)
    running = {one: asyncio.create_task(asyncio.sleep(inf)) for one in (ending, following)}

    await unwanted.cancel(running)

    assert unwanted.is_withdrawn(ending)
    assert following not in unwanted
    for task in running.values():
        task.cancel()


async def test_a_given_up_turn_whose_question_is_deleted_ends_quietly_when_it_is_retried(bench):
    work = Working(bench)
    work.worker = TurnWorker(
        bench.queue, bench.runner(), timeouts=replace(QUICK, turn_retry_delays=()), lease=180
    )
    bench.model.script(ROUTER, ModelRefused(ModelFault.QUOTA, "quota"), "Hi.")
    work.start()
    await work.ask()
    await work.settled()
    (letter,) = await bench.queue.buried()
    told = work.said()

    await work.delete()
    assert await bench.queue.retry(letter.turn.id)
    await work.settled()
    await work.stop()

    assert work.said() == told
    await work.assert_clean()


async def test_a_turn_that_fails_for_good_while_its_question_is_deleted_is_not_given_up(bench):
    bench.timeouts = replace(QUICK, stop_requests=60)
    work = Working(bench)
    work.worker = TurnWorker(bench.queue, bench.runner(), timeouts=bench.timeouts, lease=180)
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, ModelRefused(ModelFault.ACCESS, "key")])
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked(ROUTER))
    await work.delete()
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_a_slack_that_is_away_does_not_keep_the_turn(bench):
    work = Working(bench)
    await while_experts_answer(work)
    bench.messenger.fail_next("delete", MessengerUnavailable("down"))
    await work.delete()
    await work.settled()
    await work.stop()

    await work.assert_clean()


async def test_a_single_lost_call_to_slack_leaves_no_plan(bench):
    work = Working(bench, timeouts=replace(QUICK, retry_delays=(0.001,)))
    await while_experts_answer(work)
    bench.messenger.fail_next("delete", MessengerUnavailable("down"))
    await work.delete()
    await work.settled()
    await work.stop()

    assert bench.messenger.said == []
    await work.assert_clean()


async def test_a_single_lost_look_for_the_router_leaves_no_status(bench):
    work = Working(bench, timeouts=replace(QUICK, retry_delays=(0.001,)))
    for _ in range(2):
        bench.model.fail_next("open", ModelUnavailable("down"))
    work.start()
    await work.ask()
    await eventually(lambda: bench.queue.postponed)
    assert bench.messenger.status
    routers_of, looks = bench.transcript.routers_of, iter(range(9))

    async def lost_at_first(thread):
        if next(looks) == 0:
            raise MessengerUnavailable("lost")
        return await routers_of(thread)

    bench.transcript.routers_of = lost_at_first
    await work.delete()
    await work.settled()
    await work.stop()

    await work.assert_clean()


class ForgetfulQueue(AnsweringLater):
    """Is away for a moment when it has told of a deletion."""

    away_for = 0.1
    back_at: float | None = None

    async def deleted(self, turns: Collection[Turn]) -> Mapping[TurnId, Set[MessageTs]]:
        found, now = await super().deleted(turns), asyncio.get_running_loop().time()
        if self.back_at and now < self.back_at:
            raise StoreUnavailable("away")
        if found and self.back_at is None:
            self.back_at = now + self.away_for
        return found


async def test_a_store_that_is_away_for_a_moment_leaves_nothing_of_the_turn(make_bench):
    work = Working(make_bench(queue=ForgetfulQueue()))
    await while_experts_answer(work)

    await work.delete()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_a_store_that_is_away_for_longer_leaves_it_to_whoever_has_it_next(make_bench, caplog):
    queue = ForgetfulQueue()
    queue.away_for = inf
    work = Working(make_bench(queue=queue), lease=0.1)
    await while_experts_answer(work)

    await work.delete()
    await eventually(lambda: "turn.not_cleaned_up" in caplog.messages)
    queue.back_at = 0
    work.bench.lose()
    queue.note_change()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_at_shutdown_it_is_handed_over_and_ended_by_the_next_worker(bench):
    work = Working(bench)
    await while_experts_answer(work)
    assert work.task
    work.task.cancel()
    await work.worker.drain(grace=0)
    await work.delete()

    other = Working(bench)
    other.start()
    await other.settled()
    await other.stop()

    assert other.said() == []
    await other.assert_clean()


# --- the event is lost, and what is posted tells


@dataclass(frozen=True)
class Deleted:
    """A thread that was deleted without our knowing, and whether Slack takes statuses for it."""

    refuses_statuses: bool

    def happen(self, bench: Bench) -> None:
        bench.messenger.deleted.add(THREAD)
        bench.messenger.refuses_statuses = self.refuses_statuses


@pytest.fixture(params=[True, False], ids=["statuses refused", "statuses accepted"])
def deleted(request) -> Deleted:
    return Deleted(request.param)


LIVE = [stage for stage in STAGES if stage not in (before_the_message, while_it_waits)]


async def test_a_thread_that_is_gone_when_its_turn_begins_costs_no_expert(bench, deleted):
    work = Working(bench)
    bench.model.script(ROUTER, BOTH)
    for expert in ("legal", "finance"):
        bench.model.script(expert, [asyncio.Event()])
    deleted.happen(bench)
    work.start()
    await work.ask()
    await work.settled()
    await work.stop()

    assert bench.messenger.said == []
    await work.assert_clean()
    assert bench.messenger.swept == [] if deleted.refuses_statuses else bench.messenger.swept


async def test_a_thread_that_goes_while_experts_answer_stops_those_that_still_do(bench, deleted):
    work = Working(bench)
    held = asyncio.Event()
    bench.model.script(ROUTER, BOTH)
    bench.model.script("legal", [held, "Yes."])
    bench.model.script("finance", [asyncio.Event()])
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked("finance") and work.plans())
    deleted.happen(bench)
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()
    assert bench.messenger.swept  # the answer may have been posted elsewhere, for all we know


async def test_a_thread_that_goes_before_the_router_speaks_gets_nothing(bench, deleted):
    work = Working(bench)
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "Hi."])
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked(ROUTER))
    deleted.happen(bench)
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_a_stream_that_cannot_be_opened_for_it_stops_the_model(bench, deleted):
    work = Working(bench)
    bench.messenger.private = True
    begin = asyncio.Event()
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", written(begin, "It depends ", asyncio.Event()))
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked("legal") and work.plans())
    deleted.happen(bench)
    begin.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


@pytest.mark.parametrize("text", ["", "help", "experts", "mute", "stop", "add legal"])
async def test_commands_in_it_are_not_answered(bench, deleted, text):
    work = Working(bench)
    deleted.happen(bench)
    work.start()
    await work.ask(text)
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_nobody_is_asked_for_approval_in_it(bench, deleted):
    work = Working(bench)
    held = asyncio.Event()
    bench.model.script(ROUTER, [consult("legal")])
    wanted = ApprovalWanted(RequestId("r1"), "mail", "send", "{}")
    bench.model.script("legal", [held, wanted])
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked("legal"))
    deleted.happen(bench)
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


@pytest.mark.parametrize("how", ["postponed", "buried"])
async def test_after_an_outage_it_ends_quietly(bench, deleted, how):
    work = Working(bench)
    delays = (0.05,) if how == "postponed" else ()
    timeouts = replace(QUICK, turn_retry_delays=delays)
    work.worker = TurnWorker(bench.queue, bench.runner(), timeouts=timeouts, lease=180)
    bench.messenger.fail_next("gave-up", MessengerRefused("restricted_action"))
    bench.model.script(ROUTER, ModelUnavailable("down"), "Hi.")
    work.start()
    await work.ask()
    if how == "postponed":
        await eventually(lambda: bench.queue.postponed)
    else:
        await work.settled()
    deleted.happen(bench)
    for letter in await bench.queue.buried():
        await bench.queue.retry(letter.turn.id)
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_a_turn_that_cannot_be_answered_and_not_be_told_so_is_no_dead_letter(bench):
    work = Working(bench)
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, ModelRefused(ModelFault.QUOTA, "quota")])
    work.start()
    await work.ask()
    await eventually(lambda: bench.model.asked(ROUTER))
    Deleted(refuses_statuses=False).happen(bench)
    held.set()
    await work.settled()
    await work.stop()

    assert work.said() == []
    await work.assert_clean()


async def test_stopping_a_turn_whose_thread_is_gone_is_quiet(bench, deleted):
    work = Working(bench)
    await while_the_router_is_asked(work)
    deleted.happen(bench)
    await work.ask("stop", "6.0")
    await work.settled()
    await work.stop()

    assert sentences.stopped([]) not in str(work.said())
    await work.assert_clean()


async def test_a_turn_of_another_thread_goes_on(bench):
    work = Working(bench)
    elsewhere = ThreadRef("T1", "C1", "8.0")
    bench.model.script(ROUTER, "Hi.")
    bench.messenger.deleted.add(THREAD)
    work.start()
    question = Message(MessageTs("8.0"), UserId("UMEMBER"), "hello", mentioned=True)
    await work.intake.receive(Incoming(elsewhere, question, is_reply=False, addresses_others=False))
    await work.ask()
    await work.settled()
    await work.stop()

    assert work.said() == [(None, "Hi.")]
    await work.assert_clean()
