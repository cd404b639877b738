"""A turn that stopped anywhere is finished by another worker; nothing is lost or doubled."""

import asyncio

import pytest

from bot.panel.access.question_limits import QuestionLimits
from bot.panel.errors import (
    GiveUp,
    MessengerUnavailable,
    ModelUnavailable,
    StoreUnavailable,
    TurnLost,
)
from bot.panel.journal.events import ConversationOpened
from bot.panel.journal.post_events import Posted, PostStarted
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.exchange import ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import ExpertLabels, RouterLabels, ThreadLinks
from bot.panel.messaging.messenger import TaskState
from bot.panel.model import ConsultationPath, MessageTs
from bot.panel.utterance import Utterance
from tests.eventually import eventually
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import THREAD, Bench, consult, own_id

DOWN = ModelUnavailable("down")


def ready(bench: Bench) -> None:
    """Two experts and a synthesis, however often anybody is asked."""

    def reply(prompt):
        if not prompt.tools:
            return f"I am {prompt.cache_key}."
        if prompt.may_call:
            return [consult("legal"), consult("finance")]
        return "They agree."

    bench.model.reply = reply


PLAN = (None, "Asked Legal Counsel and Finance Partner")
EXPECTED = {
    ("Finance Partner", "I am expert:finance."),
    ("Legal Counsel", "I am expert:legal."),
    PLAN,
    (None, "They agree."),
}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 22))
async def test_stopped_at_any_entry_of_the_journal(bench, stop_at, after):
    ready(bench)
    claim = await bench.claim("May we, and at what cost?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    said = bench.messenger.said
    assert len(said) == len(set(said))
    assert set(said) | {PLAN} == EXPECTED  # of what is over, no plan is made any more
    assert bench.model.unanswered() == []
    questions = [i for i in bench.model.items_of(ROUTER) if isinstance(i, UserSaid)]
    assert len(questions) == 1
    calls = [i for i in bench.model.items_of(ROUTER) if isinstance(i, ToolCalled)]
    outputs = [i for i in bench.model.items_of(ROUTER) if isinstance(i, ToolAnswered)]
    assert len(calls) == len(outputs)
    for call in calls:
        asked = bench.model.items_of(call.tool.removeprefix("consult_"))
        assert len([i for i in asked if isinstance(i, UserSaid)]) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(11, 27))
async def test_stopped_while_the_routers_conversation_is_begun_anew(bench, stop_at, after):
    ready(bench)
    reply, lost = bench.model.reply, []

    def losing_the_router(prompt):
        if prompt.cache_key == "expert:finance" and not lost:
            lost.append(next(iter(bench.model.conversations)))
            bench.model.forget(lost[0])
        return reply(prompt)

    bench.model.reply = losing_the_router
    claim = await bench.claim("May we, and at what cost?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert set(bench.messenger.said) | {PLAN} == EXPECTED
    router = (await bench.threads.links(THREAD)).router
    told = bench.model.conversations[router].items
    (question,) = (item for item in told if isinstance(item, UserSaid))
    assert "May we, and at what cost?" in question.text
    assert len([i for i in told if isinstance(i, ToolCalled)]) == 2
    assert bench.model.unanswered() == []


@pytest.mark.parametrize("part", [f"reply:{own_id('call_legal')}:0", "synthesis:0", "plan"])
@pytest.mark.parametrize("after_effect", [False, True])
async def test_stopped_while_posting(bench, part, after_effect):
    ready(bench)
    claim = await bench.claim("May we, and at what cost?")
    bench.messenger.fail_next(part, MessengerUnavailable("cut"), after_effect=after_effect)
    try:
        await bench.runner().run(claim)
    except* MessengerUnavailable:
        await bench.resume(claim)

    said = bench.messenger.said
    assert len(said) == len(set(said))
    assert set(said) | {PLAN} == EXPECTED  # a plan that fails is let go: it is only decoration


async def test_an_answer_that_was_stored_but_never_arrived_is_not_asked_for_again(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", ["Yes.", DOWN])

    await bench.ask("May we?")

    assert bench.messenger.said[-1] == ("Legal Counsel", "Yes.")
    assert len(bench.model.asked("legal")) == 1


async def test_a_question_that_was_stored_without_an_answer_is_not_sent_twice(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", ["", DOWN], "Yes.")

    await bench.ask("May we?")

    questions = [i for i in bench.model.items_of("legal") if isinstance(i, UserSaid)]
    assert len(questions) == 1


async def test_calls_of_a_lost_response_are_adopted_by_the_next_one(bench):
    bench.model.script(ROUTER, [consult("legal", "call_1"), DOWN], [consult("legal", "call_2")])
    bench.model.script("legal", "Yes.")

    await bench.ask("May we?")

    assert len(bench.model.asked("legal")) == 1
    assert bench.model.unanswered() == []


async def test_a_worker_that_lost_the_turn_says_nothing(bench):
    ready(bench)
    claim = await bench.claim("May we?")
    bench.lose()
    await bench.queue.claim()

    with pytest.raises(TurnLost):
        await bench.runner().run(claim)

    assert bench.messenger.said == []


async def test_summoned_late_the_thread_is_read_again_by_the_next_attempt(bench):
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ann", "We need a licence.")]
    bench.model.script(ROUTER, DOWN, DOWN, DOWN, "MIT.")
    claim = await bench.claim("what do you think?", "3.0")
    with pytest.RaisesGroup(ModelUnavailable, flatten_subgroups=True):
        await bench.runner().run(claim)

    await bench.resume(claim)

    quoted, _ = bench.model.asked(ROUTER)[-1].items
    assert 'from="Ann" role="person">\nWe need a licence.' in quoted.text
    assert await bench.threads.unread_since(THREAD) is None


async def test_what_passes_by_before_another_attempt_is_told_with_the_next_turn(bench):
    await bench.ask("hello")
    bench.model.script(ROUTER, DOWN, DOWN, DOWN, "MIT.")
    claim = await bench.claim("what do you think?", "3.0")
    with pytest.RaisesGroup(ModelUnavailable, flatten_subgroups=True):
        await bench.runner().run(claim)
    await bench.threads.mark_unread(THREAD, MessageTs("2.0"))  # its event comes late
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("2.5"))

    await bench.resume(claim)

    assert await bench.threads.unread_since(THREAD) == "2.0"
    assert await bench.threads.edits(THREAD) == {"1.0": "2.5"}


async def test_an_edit_between_two_attempts_is_told_with_the_next_turn(bench):
    await bench.ask("hello")
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("1.5"))
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ann", "hey", edited=MessageTs("1.5"))]
    bench.model.script(ROUTER, DOWN, DOWN, DOWN, "MIT.")
    claim = await bench.claim("what do you think?", "3.0")
    with pytest.RaisesGroup(ModelUnavailable, flatten_subgroups=True):
        await bench.runner().run(claim)
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("3.5"))

    await bench.resume(claim)

    assert (
        'from="Ann" role="person" edited="yes">\nhey' in bench.model.asked(ROUTER)[-1].items[0].text
    )
    assert await bench.threads.edits(THREAD) == {"1.0": "3.5"}


async def test_a_model_that_asks_for_a_long_wait_is_waited_for_in_the_queue(bench):
    bench.model.script(ROUTER, ModelUnavailable("busy", after=3600), "Hi.")
    claim = await bench.claim("hello")
    async with asyncio.timeout(1):  # rather than an hour
        with pytest.RaisesGroup(ModelUnavailable, flatten_subgroups=True):
            await bench.runner().run(claim)

    await bench.resume(claim)

    assert bench.messenger.said == [(None, "Hi.")]


@pytest.mark.parametrize("stop_at", range(1, 22))
async def test_wherever_it_stopped_each_expert_holds_the_files_once(bench, stop_at):
    ready(bench)
    files = [bench.files.put("a.pdf", b"%PDF-1.7"), bench.files.put("b.zip", b"PK\3\4\xff")]
    claim = await bench.claim("May we, and at what cost?", "1.0", *files)
    await bench.die(claim, stop_at, after=True)

    await bench.resume(claim)

    for expert in ("legal", "finance"):
        held = [item for item in bench.model.items_of(expert) if isinstance(item, UserSaid)]
        assert [[one.name for one in item.attachments] for item in held] == [["a.pdf"]]
    notices = [text for _, text in bench.messenger.said if "`b.zip`" in text]
    assert len(notices) == 1


async def test_the_plan_of_a_turn_that_is_given_up_shows_nobody_at_work_until_it_is_retried(bench):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()], "Yes.")
    claim = await bench.claim("May we?")
    running = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: bench.messenger.plans and bench.model.asked("legal"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (shown,) = bench.messenger.plans.values()
    assert [task.state for task in shown[-1]] == [TaskState.WORKING]

    await bench.runner().give_up(claim, GiveUp("its workers died with it"))

    assert [task.state for task in shown[-1]] == [TaskState.FAILED]
    await bench.resume(claim)
    assert [task.state for task in shown[-1]] == [TaskState.DONE]
    assert ("Legal Counsel", "Yes.") in bench.messenger.said


async def test_a_turn_that_is_given_up_leaves_no_call_open_and_can_go_on(bench):
    bench.model.writes_on = False
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "Both agree.")
    bench.model.script("legal", [asyncio.Event()], "Yes.")
    claim = await bench.claim("May we?")
    running = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: bench.model.asked("legal") and bench.model.asked("finance"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    await bench.runner().give_up(claim, GiveUp("its workers died with it"))

    assert open_calls(bench) == []
    await bench.resume(claim)
    assert open_calls(bench) == []
    assert ("Legal Counsel", "Yes.") in bench.messenger.said
    assert "Yes." in str(bench.model.items_of(ROUTER))


def open_calls(bench):
    """The router's calls without an output."""
    items = bench.model.items_of(ROUTER)
    answered = [item.call_id for item in items if isinstance(item, ToolAnswered)]
    called = [item.call_id for item in items if isinstance(item, ToolCalled)]
    assert called
    return [call for call in called if call not in answered]


async def test_a_plan_is_ended_although_nobody_can_be_told(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()])
    claim = await bench.claim("May we?")
    running = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: bench.messenger.plans and bench.model.asked("legal"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bench.messenger.fail_next("gave-up", RuntimeError("no way to say so"))

    with pytest.raises(RuntimeError):
        await bench.runner().give_up(claim, GiveUp("its workers died with it"))

    (shown,) = bench.messenger.plans.values()
    assert [task.state for task in shown[-1]] == [TaskState.FAILED]


async def test_a_question_too_many_is_not_answered_because_its_worker_died(make_bench):
    bench = make_bench(limits=QuestionLimits(of_person=1))
    await bench.ask("hello")
    claim = await bench.claim("what do you think?", "3.0")
    await bench.runner().run(claim)  # the worker says so, and dies

    await bench.resume(claim)

    assert len(bench.model.asked(ROUTER)) == 1


async def test_a_conversation_that_only_the_links_know_is_noted_before_it_is_used(bench):
    claim = await bench.claim("May we?")
    router = await bench.model.open(RouterLabels(THREAD, {}))
    legal = await bench.model.open(ExpertLabels(THREAD, ConsultationPath("legal"), router))
    await bench.threads.save_links(THREAD, ThreadLinks(router, {"legal": legal}))
    bench.lose()  # its worker dies before the journal has it
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [asyncio.Event()])

    again = await bench.queue.claim()
    running = asyncio.create_task(bench.runner().run(again))
    await eventually(lambda: bench.model.asked("legal"))

    events = await bench.journal.read(again)
    assert ConversationOpened(ConsultationPath("legal"), legal) in events
    assert ConversationOpened(None, router) in events
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert claim.token < again.token


async def test_the_conversation_of_a_stopped_turn_is_found_though_its_links_are_lost(bench):
    router = await bench.model.open(RouterLabels(THREAD, {}))  # Slack shows nothing that names it
    await bench.threads.save_links(THREAD, ThreadLinks(router, {}))
    rest = asyncio.Event()
    bench.model.script(ROUTER, [rest, consult("legal")])
    bench.model.script("legal", "Yes.")
    claim = await bench.claim("May we?", "3.0")
    running = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: bench.model.asked(ROUTER))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bench.threads.lose_everything()
    rest.set()  # the model's side writes on without a reader

    await bench.resume(claim)

    assert (await bench.threads.links(THREAD)).router == router
    assert bench.model.unanswered() == []


@pytest.mark.parametrize("stop_at", range(1, 22))
async def test_redis_may_know_less_of_the_journal_than_was_done(stop_at):
    for known in range(stop_at):
        bench = Bench()
        ready(bench)
        claim = await bench.claim("May we, and at what cost?")
        bench.transcript.history = [*await bench.transcript.turn_messages(claim.turn)]
        await bench.die(claim, stop_at, after=True)
        bench.queue.fall_behind(known)

        await bench.resume(claim)

        said = bench.messenger.said
        assert len(said) == len(set(said))
        assert {name for name, _ in said} & {"Finance Partner", "Legal Counsel"}
        left = [task for plan in bench.messenger.plans.values() for task in plan[-1]]
        assert TaskState.WORKING not in {task.state for task in left}


async def test_a_journal_that_falls_behind_under_a_turn_gets_no_further_entry(bench):
    claim = await bench.claim("May we?")
    record = await TurnRecord.begin(claim, bench.journal)
    await record.note(PostStarted("plan"))
    bench.queue.fall_behind(0)

    with pytest.raises(StoreUnavailable):
        await record.note(Posted("plan", MessageTs("2.0")))
    assert list(await bench.journal.read(claim)) == []
