from bot.panel.journal.failures import Failure
from bot.panel.model import CallId, ExpertName, MessageTs
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.reports.usage_counts import UsageCount, usage_counts
from bot.panel.usage import Usage

LEGAL = ExpertName("legal")
ROUTER = Stage("gpt-6-luna", 1.0, Usage(10, 4, 2))


def asked(call: str, stage: Stage | None, failure: Failure | None = None) -> ConsultationReport:
    return ConsultationReport(CallId(call), LEGAL, "Legal Counsel", stage=stage, failure=failure)


def test_the_router_has_one_question_however_often_it_was_asked():
    report = TurnReport(MessageTs("1.0"), 1.0, choosing=ROUTER, closing=ROUTER)
    assert usage_counts(report) == (UsageCount(None, "gpt-6-luna", 1, Usage(20, 8, 4)),)


def test_an_expert_that_was_called_twice_has_two_questions():
    stage = Stage("gpt-6.1-terra", 1.0, Usage(100, 0, 20))
    failed = Stage("gpt-6.1-terra", 1.0)
    report = TurnReport(
        MessageTs("1.0"),
        1.0,
        direct=True,
        consultations=(asked("1", stage), asked("2", failed, Failure.SLOW)),
    )
    assert usage_counts(report) == (UsageCount(LEGAL, "gpt-6.1-terra", 2, Usage(100, 0, 20)),)


def test_who_was_not_asked_is_not_counted():
    report = TurnReport(MessageTs("1.0"), 1.0, consultations=(asked("1", None, Failure.LEFT),))
    assert usage_counts(report) == ()
