from datetime import UTC, datetime

from bot.panel.model import TurnId
from bot.panel.reports.feedback import question_of
from bot.panel.reports.months import kept_months, month_name, month_of


def test_a_turn_tells_when_its_question_was_asked():
    assert month_of(question_of(TurnId("T1:C1:1763671234.000100"))) == "2025-11"


def test_the_months_that_are_kept_go_back_over_new_year():
    months = kept_months(datetime(2026, 1, 31, 23, 59, tzinfo=UTC).timestamp())

    assert months[-2:] == ["2025-12", "2026-01"]
    assert months[0] == "2024-12"
    assert len(months) == 14


def test_people_call_a_month_by_its_name():
    assert month_name("2025-09") == "September 2025"
