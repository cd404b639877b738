"""Turns whose journal is at fault, and experts whose adapter is: people hear of it all the same."""

import random
from dataclasses import replace

import pytest

from bot.panel.errors import GiveUp, StoreUnavailable
from bot.panel.journal.events import (
    CallAdopted,
    ExpertAnswered,
    ExpertAsked,
    ExpertCalled,
    ExpertFailed,
    Routed,
    RouterAsked,
    RouterBegan,
    StrangerCalled,
    TurnEvent,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import (
    Posted,
    PostStarted,
    StreamBroken,
    StreamGrowing,
    StreamGrown,
    StreamOpened,
    StreamStarted,
    StreamWithdrawn,
)
from bot.panel.journal.progress import Progress
from bot.panel.model import Call, CallId, ExpertName, MessageTs
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import consult

NOBODY = CallId("")
LEGAL = Call(CallId("a"), ExpertName("legal"), "", "")
EVENTS: list[TurnEvent] = [
    RouterAsked(),
    RouterBegan("resp_1"),
    ExpertCalled(LEGAL),
    ExpertCalled(replace(LEGAL, id=CallId("b"), by=CallId("a"))),
    ExpertCalled(replace(LEGAL, id=CallId("a"), by=CallId("b"))),
    ExpertCalled(replace(LEGAL, id=NOBODY, by=NOBODY)),
    ExpertCalled(replace(LEGAL, id=None)),  # type: ignore[arg-type]
    CallAdopted(CallId("a"), CallId("c")),
    StrangerCalled(NOBODY, ""),
    Routed("", by=CallId("a")),
    Routed("Yes."),
    ExpertAsked(CallId("x")),
    ExpertAnswered(CallId("a"), "Yes."),
    ExpertFailed(CallId("b"), Failure.BROKEN),
    PostStarted("reply"),
    Posted("reply", MessageTs("1.0")),
    StreamStarted("reply"),
    StreamOpened("reply", MessageTs("1.0"), "Y"),
    StreamGrowing("reply", "es"),
    StreamGrown("reply"),
    StreamBroken("reply"),
    StreamWithdrawn("reply"),
]


def test_any_part_of_a_journal_in_any_order_can_be_read() -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable chance, no secret
    for _ in range(500):
        journal = chance.choices(EVENTS, k=chance.randrange(12))
        progress = Progress.of(journal)
        for call in progress.all_calls:
            assert str(progress.path(call))


async def test_giving_up_speaks_without_the_journal(bench) -> None:
    claim = await bench.claim("May we?")

    async def read(_claim):
        raise RecursionError

    bench.journal.read = read
    await bench.runner().give_up(claim, GiveUp("it cannot be read"))

    assert len(bench.messenger.said) == 1
    assert bench.messenger.status == ""


async def test_the_status_is_cleared_whatever_fails_while_giving_up(bench) -> None:
    claim = await bench.claim("May we?")
    bench.messenger.fail_next("gave-up", RuntimeError("no way to say so"))
    await bench.messenger.show_status(claim.turn.thread, "thinking")

    with pytest.raises(RuntimeError):
        await bench.runner().give_up(claim, GiveUp("its workers died with it"))

    assert bench.messenger.status == ""


async def test_a_journal_that_is_away_is_waited_for(bench) -> None:
    claim = await bench.claim("May we?")

    async def read(_claim):
        raise StoreUnavailable("away")

    bench.journal.read = read
    with pytest.raises(StoreUnavailable):
        await bench.runner().give_up(claim, GiveUp("anything"))
    assert bench.messenger.said == []


async def test_an_error_of_ours_is_one_experts_failure(bench) -> None:
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "Both agree.")
    bench.model.script("legal", TypeError("'NoneType' object is not iterable"))
    bench.model.script("finance", "Ten euros.")
    await bench.ask("May we, and what does it cost?")

    said = dict(bench.messenger.said)
    assert said["Finance Partner"] == "Ten euros."
    assert "could not" in said["Legal Counsel"]
