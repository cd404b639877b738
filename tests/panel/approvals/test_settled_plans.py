"""A plan never stays pending: however a request ends, and whatever is forgotten meanwhile."""

from collections.abc import Awaitable, Callable

import pytest

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_texts import Undecided
from bot.panel.approvals.decisions import ApprovalDecisions, ApprovalExpiry
from bot.panel.approvals.lost_turns import LostTurns
from bot.panel.messaging.messenger import TaskState
from bot.panel.model import Decision, Message, MessageTs, RequestId, TurnId, UserId
from bot.panel.tools import ApprovalWanted
from tests.fakes.approval_store import FakeApprovalStore
from tests.fakes.audit_log import auditor
from tests.fakes.language_model import ROUTER, Meanwhile
from tests.panel.conftest import THREAD, Bench, consult, consult_later, with_shop

PRICE = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", '{"plan": "team"}')
End = Callable[[Bench], Awaitable[None]]


@pytest.fixture
def bench() -> Bench:
    return with_shop()


async def asked(bench: Bench) -> None:
    """Run a turn in which one of two experts asks for approval."""
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "Done.")
    bench.model.script("legal", [PRICE], "Then I know.")
    bench.model.script("finance", "Cheap.", "Dear.")
    await bench.ask("What does it cost?")


async def decide(bench: Bench, decision: Decision) -> None:
    (pending,) = await bench.approvals.pending(THREAD)
    desk = ApprovalDecisions(bench.approvals, bench.approval_rights(), auditor())
    await desk.decide(THREAD, pending.id, UserId("UMEMBER"), decision)


async def approve(bench: Bench) -> None:
    await decide(bench, Decision.APPROVED)


async def decline(bench: Bench) -> None:
    await decide(bench, Decision.DECLINED)


async def expire(bench: Bench) -> None:
    bench.queue.advance(bench.timeouts.approval + 1)
    await ApprovalExpiry(bench.approvals).expire()


async def overtake(bench: Bench) -> None:
    await bench.queue.put(THREAD, message("legal: Never mind."))


async def stop(bench: Bench) -> None:
    await bench.queue.put(THREAD, message("stop"))


def message(text: str) -> Message:
    return Message(MessageTs("2.0"), UserId("UMEMBER"), text, mentioned=True)


ENDS = [
    pytest.param(approve, Decision.APPROVED, id="approved"),
    pytest.param(decline, Decision.DECLINED, id="declined"),
    pytest.param(expire, Decision.EXPIRED, id="expired"),
    pytest.param(overtake, Undecided.SUPERSEDED, id="overtaken"),
    pytest.param(stop, Undecided.STOPPED, id="stopped"),
]


def plan(bench: Bench) -> dict[str, TaskState]:
    """What the first turn's plan shows."""
    ts = next(ts for _, ts, post in bench.messenger.posts if post.part == "plan")
    return {task.persona.name: task.state for task in bench.messenger.plans[ts][-1]}


@pytest.mark.parametrize(("end", "how"), ENDS)
async def test_a_plan_shows_how_the_request_ended(bench: Bench, end: End, how):
    await asked(bench)
    assert plan(bench) == {"Legal Counsel": TaskState.ASKING, "Finance Partner": TaskState.DONE}

    await end(bench)
    claim = await bench.queue.claim()
    await bench.runner().run(claim)

    done = how is Decision.APPROVED
    assert plan(bench)["Legal Counsel"] is (TaskState.DONE if done else TaskState.FAILED)
    assert list(bench.messenger.decided.values()) == [approval_texts.in_the_plan(how)]
    assert plan(bench)["Finance Partner"] is TaskState.DONE


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 7))
@pytest.mark.parametrize(("end", "how"), ENDS)
async def test_it_does_though_the_worker_dies_at_any_entry(bench, end, how, stop_at, after):
    await asked(bench)
    await end(bench)
    claim = await bench.queue.claim()
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert TaskState.ASKING not in plan(bench).values()
    assert list(bench.messenger.decided.values()) == [approval_texts.in_the_plan(how)]


async def test_who_is_asked_anew_in_the_same_turn_asks_no_more(bench: Bench):
    later = [Meanwhile(), *consult_later("legal", "call_a", "call_b")]
    bench.model.script(ROUTER, [consult("finance"), *later], "Done.")
    bench.model.script("legal", [PRICE], [Meanwhile(), "That is all."])
    bench.model.script("finance", "Cheap.")

    await bench.ask("Twice, please.")

    (shown,) = bench.messenger.plans.values()
    states = [task.state for task in shown[-1]]
    assert states == [TaskState.DONE, TaskState.FAILED, TaskState.DONE]


async def test_a_forgotten_request_is_not_asked_for_ever(bench: Bench):
    await asked(bench)
    bench.approvals = FakeApprovalStore(bench.queue)
    lost = LostTurns(bench.messenger, bench.approvals, bench.outbox)

    await lost.settle(THREAD, besides=TurnId("T1:C1:2.0"))

    assert plan(bench)["Legal Counsel"] is TaskState.FAILED


async def test_a_request_that_waits_goes_on_waiting(bench: Bench):
    await asked(bench)

    await LostTurns(bench.messenger, bench.approvals, bench.outbox).settle(THREAD)

    assert plan(bench)["Legal Counsel"] is TaskState.ASKING
