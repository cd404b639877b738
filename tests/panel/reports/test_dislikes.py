"""A thumb down with a reason says whom people did not want, and nothing else."""

from dataclasses import replace

import pytest

from bot.panel.model import CallId, ExpertName, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.dislikes import Dislikes
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.turn_report import ConsultationReport, TurnReport
from bot.panel.routing.learning import Examples, Learning
from bot.panel.utterance import Author, Utterance
from tests.fakes.access import FakeChannelFacts
from tests.fakes.correction_store import FakeCorrectionStore
from tests.fakes.transcript import FakeTranscript

LEGAL, THREAD = ExpertName("legal"), ThreadRef("T1", "C1", "1.0")
JUDGED = Judged(TurnId("T1:C1:1.0"), "reply:call_1", LEGAL)
DOWN = Feedback(JUDGED, "1.0", UserId("UBEN"), Opinion.BAD, 7, "m", "Not a legal matter")
REPORT = TurnReport(
    MessageTs("1.0"),
    1.0,
    consultations=(ConsultationReport(CallId("call_1"), LEGAL, "Legal"),),
    thread_ts="1.0",
)


class Reports:
    """Has one report."""

    def __init__(self, report):
        self.report = report

    async def find(self, thread, turn):
        return self.report


async def kept(*given, report=REPORT, thread=THREAD):
    """Return what is kept of what was *given*, one after the other."""
    store, transcript = FakeCorrectionStore(), FakeTranscript()
    transcript.history = [Utterance(MessageTs("1.0"), "Ada", "May we?", author=Author("UADA"))]
    examples = Examples(store, Learning.CHANNEL, None, FakeChannelFacts())
    for feedback in given or (DOWN,):
        await Dislikes(examples, Reports(report), transcript).keep(thread, feedback)
    return list(await store.of_team("T1"))


async def test_it_names_who_was_wrong():
    (one,) = await kept()
    assert (one.question, one.asked, one.unwanted, one.right) == ("May we?", (LEGAL,), (LEGAL,), ())
    assert one.people == ("UADA", "UBEN")
    assert DOWN.reason not in str(one)


@pytest.mark.parametrize(
    "feedback",
    [
        replace(DOWN, reason=""),
        replace(DOWN, opinion=Opinion.GOOD),
        replace(DOWN, judged=replace(JUDGED, expert=None)),
        replace(DOWN, judged=replace(JUDGED, expert=ExpertName("finance"))),
    ],
    ids=["no reason", "thumb up", "the router's own words", "who was not asked"],
)
async def test_other_opinions_correct_nothing(feedback):
    assert await kept(feedback) == []


async def test_whom_people_named_or_another_thread_had_corrects_nothing():
    assert await kept(report=replace(REPORT, direct=True)) == []
    assert await kept(report=None) == []
    assert await kept(thread=replace(THREAD, thread_ts="5.0")) == []


async def test_who_changes_their_mind_takes_it_back_and_nobody_elses():
    up = replace(DOWN, opinion=Opinion.GOOD, reason="")
    assert await kept(DOWN, up) == []
    assert len(await kept(DOWN, replace(up, by=UserId("UCAT")))) == 1


async def test_one_person_may_say_that_of_several():
    other = ConsultationReport(CallId("call_2"), ExpertName("finance"), "Finance")
    report = replace(REPORT, consultations=(*REPORT.consultations, other))
    second = replace(DOWN, judged=Judged(JUDGED.turn, "reply:call_2", ExpertName("finance")))
    found = await kept(DOWN, second, report=report)
    assert {one.unwanted for one in found} == {(LEGAL,), ("finance",)}
