"""What is kept of a turn: folded from its journal, complete also after a crash."""

from dataclasses import replace

from bot.panel.errors import ModelFault, ModelRefused, StoreUnavailable
from bot.panel.journal.events import (
    Closed,
    ClosingStarted,
    ExpertAnswered,
    ExpertAsked,
    ExpertCalled,
    Retried,
    Routed,
    RouterAsked,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.journal import NO_JOURNAL
from bot.panel.journal.post_events import Posted
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.panel_version import panel_version
from bot.panel.model import (
    Call,
    CallId,
    Claim,
    ExpertName,
    Message,
    MessageTs,
    Panel,
    Turn,
    TurnId,
    UserId,
)
from bot.panel.reports import turn_report
from bot.panel.reports.turn_report import ConsultationReport, Stage
from bot.panel.routing.decision import NotAsked, Routing, WhyNot
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.usage import Usage
from tests.fakes.language_model import ROUTER, USAGE
from tests.panel.conftest import EXPERTS, THREAD, consult, own_id

LEGAL = ExpertName("legal")
TURN = Turn(TurnId("T1:C1:1.0"), THREAD, (Message(MessageTs("1.0"), UserId("U1"), "May we?"),))


def report_of(events):
    record = TurnRecord(Claim(TURN, token=1, attempt=1), NO_JOURNAL, events)
    return turn_report.of(record, TURN, Panel(EXPERTS), "luna")


def the_report(bench):
    (report,) = bench.reports.reports.values()
    return report


async def test_everyones_tokens_are_kept_apart(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")

    await bench.ask("May we, and what does it cost?")

    report = the_report(bench)
    assert [one.expert for one in report.consultations] == ["legal", "finance"]
    assert [one.title for one in report.consultations] == ["Legal Counsel", "Finance Partner"]
    for stage in (report.choosing, report.closing, *(one.stage for one in report.consultations)):
        assert stage.usage == USAGE
    assert report.choosing.model == "gpt-6-luna"
    assert report.consultations[0].stage.model == "gpt-6.1-terra"
    assert not report.direct


async def test_nothing_is_summed_up_after_one_answer(bench):
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("May we?")

    assert the_report(bench).closing is None


async def test_people_who_name_experts_spare_the_router(bench):
    await bench.ask("legal: may we?")

    report = the_report(bench)
    assert report.direct
    assert report.choosing is None
    assert [one.expert for one in report.consultations] == ["legal"]


async def test_an_expert_without_an_answer_is_told_of(bench):
    bench.model.script(ROUTER, [consult("legal")], "Sorry.")
    bench.model.script("legal", ModelRefused(ModelFault.QUOTA, "no money"))

    await bench.ask("May we?")

    (one,) = the_report(bench).consultations
    assert one.failure is Failure.QUOTA
    assert one.stage.usage == Usage()


async def test_no_words_are_kept(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")
    bench.model.script("legal", "Yes, you may.")

    await bench.ask("May we?")

    kept = repr(the_report(bench))
    for words in ("May we?", "you may", "agree", "matters", "Look at"):
        assert words not in kept


async def test_a_turn_that_another_worker_finished_has_a_whole_report(bench):
    bench.model.script(ROUTER, [consult("legal")])
    claim = await bench.claim("May we?")
    bench.messenger.fail_next(f"reply:{own_id('call_legal')}:0", StoreUnavailable("stopped here"))
    try:
        await bench.runner().run(claim)
    except* StoreUnavailable:
        pass
    assert bench.reports.reports == {}

    await bench.resume(claim)

    (one,) = the_report(bench).consultations
    assert one.stage.usage == USAGE


def test_times_run_from_the_first_attempt_to_the_answer():
    call = Call(CallId("call_1"), LEGAL, "why", "what", known_as=CallId("call_1"))
    events = [
        RouterAsked(at=1_000),
        RouterAsked(at=3_000),  # again, after a crash
        ExpertCalled(call, at=4_000),
        ExpertAsked(call.id, "terra", at=4_100),
        Routed(usage=USAGE, at=5_000),
        ExpertAsked(call.id, "terra", at=60_000),
        ExpertAnswered(call.id, "Yes.", USAGE, at=64_600),
        ClosingStarted(at=65_000),
        Closed("So yes.", USAGE, at=66_500),
        Posted("synthesis:0", MessageTs("2.0"), at=67_000),
    ]

    report = report_of(events)

    assert report.seconds == 66
    assert report.choosing == Stage("luna", 4.0, USAGE)
    stage = Stage("terra", 60.5, USAGE)
    assert report.consultations == (
        ConsultationReport(call.id, LEGAL, "Legal Counsel", stage=stage),
    )
    assert report.closing == Stage("luna", 1.5, USAGE)


def test_a_calls_other_id_is_kept_only_if_its_own_is_not_made_from_it():
    made = Call(own_id("call_9"), LEGAL, "why", "what", known_as=CallId("call_9"))
    adopted = replace(made, known_as=CallId("call_10"))  # after a crash

    reports = [report_of([ExpertCalled(call, at=1), Routed(at=2)]) for call in (made, adopted)]

    assert [report.consultations[0].known_as for report in reports] == [None, "call_10"]


def test_the_hours_before_a_retry_do_not_count():
    call = Call(CallId("call_1"), LEGAL, "why", "what", known_as=CallId("call_1"))
    events = [
        RouterAsked(at=1_000),
        ExpertCalled(call, at=2_000),
        Routed(usage=USAGE, at=3_000),
        ExpertAsked(call.id, "terra", at=4_000),
        Retried(),
        ExpertAsked(call.id, "terra", at=9_000_000),
        ExpertAnswered(call.id, "Yes.", USAGE, at=9_002_000),
    ]

    report = report_of(events)

    assert report.seconds == 2
    assert report.choosing.seconds == 2
    assert report.consultations[0].stage == Stage("terra", 2.0, USAGE)


def test_a_turn_that_an_older_version_began_has_no_absurd_times():
    events = [RouterAsked(), Routed("Hello.", usage=USAGE, at=1_763_671_234_000)]

    report = report_of(events)

    assert report.seconds == report.choosing.seconds == 0


def test_a_clock_that_is_set_back_leaves_no_absurd_times():
    events = [
        RouterAsked(at=1_763_671_234_000),
        Routed("Hello.", usage=USAGE, at=1_763_671_190_000),
    ]

    report = report_of(events)

    assert report.seconds == report.choosing.seconds == 0


async def test_who_was_not_asked_is_kept_with_the_version_of_the_panel(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("nobody_of_ours")])

    await bench.ask("May we?")

    routing = the_report(bench).routing
    assert routing.panel == panel_version(Panel(EXPERTS))
    assert routing.not_asked(direct=False) == (NotAsked(ExpertName("finance"), WhyNot.UNSAID),)
    assert routing.unknown == 1


async def test_nothing_is_guessed_of_likelihoods():
    likely = Likelihoods({ExpertName("tax"): 0.2, ExpertName("finance"): 0.7}, nobody=0.1)
    names = tuple(map(ExpertName, ("tax", "finance", "security", "people")))
    routing = Routing("0" * 16, names, (names[3],), likelihoods=likely, threshold=0.5)

    assert routing.not_asked(direct=False) == (
        NotAsked(names[0], WhyNot.UNLIKELY, 0.2),
        NotAsked(names[1], WhyNot.UNSAID, 0.7),
        NotAsked(names[2], WhyNot.UNSAID),
        NotAsked(names[3], WhyNot.LIMIT),
    )
    assert {one.why for one in routing.not_asked(direct=True)} == {WhyNot.PEOPLE, WhyNot.LIMIT}
