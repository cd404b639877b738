"""What is kept of somebody's opinion."""

import pytest

from bot.panel import observing
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import ExpertName, TurnId, UserId
from bot.panel.observing import Measure
from bot.panel.reports.feedback import LONGEST_REASON, Judged, Opinion
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from tests.fakes.feedback_store import FakeFeedbackStore
from tests.fakes.language_model import ROUTER
from tests.fakes.observer import Heard
from tests.fakes.people import FakePeople
from tests.panel.conftest import EXPERTS, THREAD, consult, own_id
from tests.panel_editors import panel_editor

BEN = UserId("UMEMBER")
TURN = TurnId("T1:C1:1.0")
LEGAL = Judged(TURN, f"reply:{own_id('call_1')}", ExpertName("legal"))
SYNTHESIS = Judged(TURN, "synthesis", None)


@pytest.fixture
def desk(bench):
    models = ModelChoice(router="a-router", expert="an-expert")
    store = FakeFeedbackStore()
    editor = panel_editor(bench.panels, FakePeople(), EXPERTS, EXPERTS)
    return FeedbackRecorder(store, bench.reports, editor, models, clock=lambda: 7.5)


async def test_an_opinion_is_kept_with_the_model_that_answered(bench, desk):
    bench.model.script(ROUTER, [consult("legal", "call_1"), consult("finance")], "They agree.")
    await bench.ask("May we?")
    report = await bench.reports.find(THREAD, TURN)
    (stage,) = [one.stage for one in report.consultations if one.call_id == own_id("call_1")]

    kept = await desk.record(THREAD, LEGAL, Opinion.GOOD, BEN)
    summed_up = await desk.record(THREAD, SYNTHESIS, Opinion.BAD, BEN)

    assert (kept.at, kept.model, kept.by) == (7_500, stage.model, BEN)
    assert kept.thread_ts == THREAD.thread_ts
    assert summed_up.model == report.closing.model
    assert "an-expert" not in (kept.model, summed_up.model)


@pytest.mark.parametrize(("judged", "model"), [(LEGAL, "an-expert"), (SYNTHESIS, "a-router")])
async def test_of_a_turn_that_is_not_done_the_model_is_the_one_that_is_set(desk, judged, model):
    kept = await desk.record(THREAD, judged, Opinion.GOOD, BEN)
    assert kept.model == model


async def test_a_reason_is_bounded(desk):
    kept = await desk.record(THREAD, LEGAL, Opinion.BAD, BEN, "  " + "x" * 2_000)
    assert kept.reason == "x" * LONGEST_REASON


async def test_observers_hear_of_what_is_kept(desk):
    observing.bind([heard := Heard()])
    kept = await desk.record(THREAD, LEGAL, Opinion.GOOD, BEN)
    assert [(one[0], one[2]) for one in heard.measures] == [(Measure.FEEDBACK, {"feedback": kept})]
