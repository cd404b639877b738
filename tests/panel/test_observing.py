"""What observers hear of, and what they must not cost or break."""

import ast
import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

import bot
from bot.panel import observing
from bot.panel.errors import GiveUp, StoreUnavailable, TurnLost
from bot.panel.observing import NOT_OBSERVED, Kind, Measure, Observed, Outcome
from tests.fakes.observer import Heard


@pytest.fixture
async def heard() -> Heard:
    return Heard()


async def test_whoever_is_not_observed_gets_an_operation_that_does_nothing() -> None:
    with observing.within(Kind.TURN) as turn, observing.begin(Kind.SLACK_CALL, method="x") as call:
        call.know(more=1)
        call.conclude(Outcome.FAILED)
        observing.count(Measure.LEFT_OUT)
    assert turn is call is observing.current() is NOT_OBSERVED


async def test_an_operation_is_part_of_the_current_one_in_every_task_it_starts(
    heard: Heard,
) -> None:
    observing.bind([heard])

    async def call() -> None:
        with observing.begin(Kind.SLACK_CALL, method="chat.postMessage"):
            await asyncio.sleep(0)

    with observing.within(Kind.TURN, claim="claim") as turn:
        await asyncio.gather(call(), call())
    with observing.begin(Kind.PUT):
        pass

    calls = [one for one in heard.begun_ if one.kind is Kind.SLACK_CALL]
    assert [one.parent for one in calls] == [turn, turn]
    assert [one.kind for one in heard.ended_] == [Kind.SLACK_CALL] * 2 + [Kind.TURN, Kind.PUT]
    assert heard.ended_[-1].parent is not turn
    assert all(one.outcome is Outcome.OK and one.seconds >= 0 for one in heard.ended_)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (StoreUnavailable("away"), Outcome.UNAVAILABLE),
        (GiveUp("never"), Outcome.REFUSED),
        (TurnLost("T1:C1:1.0"), Outcome.LOST),
        (asyncio.CancelledError(), Outcome.CANCELLED),
        (ZeroDivisionError(), Outcome.FAILED),
    ],
)
async def test_an_error_says_how_an_operation_ended(
    heard: Heard, error: BaseException, outcome: Outcome
) -> None:
    observing.bind([heard])
    with pytest.raises(type(error)), observing.within(Kind.TURN):
        raise error
    assert [(one.outcome, one.error) for one in heard.ended_] == [(outcome, error)]


async def test_what_is_concluded_counts_whatever_ends_it(heard: Heard) -> None:
    observing.bind([heard])
    with suppress(asyncio.CancelledError), observing.within(Kind.TURN):
        observing.current().conclude(Outcome.HANDED_OVER)
        raise asyncio.CancelledError
    assert [one.outcome for one in heard.ended_] == [Outcome.HANDED_OVER]


async def test_an_operation_may_last_across_a_yield_and_end_in_another_task(heard: Heard) -> None:
    observing.bind([heard])

    async def ask() -> AsyncGenerator[int, None]:
        with observing.begin(Kind.MODEL_CALL):
            yield 1
            yield 2

    async def read_one(answers: AsyncGenerator[int, None]) -> int:
        return await anext(answers)

    with observing.within(Kind.TURN) as turn:
        async with aclosing(ask()) as answers:
            await asyncio.create_task(read_one(answers))
            assert observing.current() is turn
    ended = [(one.kind, one.outcome) for one in heard.ended_]
    assert ended == [(Kind.MODEL_CALL, Outcome.CANCELLED), (Kind.TURN, Outcome.OK)]


async def test_counts_name_the_operation_in_which_they_happened(heard: Heard) -> None:
    observing.bind([heard])
    with observing.within(Kind.TURN) as turn:
        observing.count(Measure.FIRST_REPLY, 2.5, turn="turn")
    assert heard.measures == [(Measure.FIRST_REPLY, 2.5, {"turn": "turn"}, turn)]


async def test_no_observer_harms_what_it_observes(
    heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Heard):
        def begun(self, operation: Observed) -> None:
            raise ZeroDivisionError

    observing.bind([Broken(), heard])
    with observing.begin(Kind.PUT):
        pass
    assert [one.kind for one in heard.ended_] == [Kind.PUT]
    assert "observer.failed" in caplog.text


def _generators_within() -> list[str]:
    found = []
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                nodes = list(ast.walk(function))
                yields = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in nodes)
                calls = (ast.unparse(one.func) for one in nodes if isinstance(one, ast.Call))
                if yields and "observing.within" in calls:
                    found.append(f"{path.name}: {function.name}")
    return found


def test_no_generator_has_a_current_operation() -> None:
    assert not _generators_within()


async def test_what_comes_after_its_end_is_not_kept(heard: Heard) -> None:
    observing.bind([heard])
    calling = observing.begin(Kind.MODEL_CALL, prompt=None)
    calling.end()
    calling.end(GeneratorExit())
    assert [(one.outcome, one.error) for one in heard.ended_] == [(Outcome.OK, None)]
