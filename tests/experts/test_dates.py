from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.experts.dates import dates
from bot.functions import FunctionRefused
from tests.adapters.functions.test_running import REQUEST


def told(question, brief=""):
    return "".join(dates.answer(replace(REQUEST, question=question, brief=brief)))


def test_it_tells_the_weekday_and_the_week():
    assert "**2026-12-24** is a Thursday in week 52 of 2026" in told("What is 2026-12-24?")


@pytest.mark.parametrize(
    ("question", "between"),
    [
        ("2026-11-20 to 2026-11-23", "3 days, 1 of them Monday to Friday"),
        ("2026-11-23 to 2026-11-20", "3 days, 1 of them Monday to Friday"),
        ("2026-01-01 to 2026-12-31", "364 days, 260 of them Monday to Friday"),
        ("2026-11-21 and 2026-11-22", "1 day, 0 of them Monday to Friday"),
    ],
)
def test_it_tells_what_lies_between_two_dates(question, between):
    assert told(question).endswith(f": {between}\n")


def test_today_is_today():
    today = datetime.now(UTC).date()
    assert "which is today" in told(f"What about {today}?") or datetime.now(UTC).date() != today


def test_it_takes_the_dates_of_the_brief_where_the_question_has_none():
    assert "Thursday" in told("When do we ship?", "Which weekday is 2026-12-24?")


@pytest.mark.parametrize("question", ["When do we ship?", "On 2026-02-30, or on 2026-03-01?"])
def test_what_is_no_date_is_refused(question):
    with pytest.raises(FunctionRefused, match="2026-"):
        told(question)
