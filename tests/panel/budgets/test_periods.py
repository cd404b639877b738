"""Days and months by the wall clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.panel.budgets.limits import Period
from bot.panel.budgets.periods import Span, span

BERLIN, KIRITIMATI = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati")


@pytest.mark.parametrize(
    ("utc", "zone", "day", "month"),
    [
        ("2026-11-30T22:59:59", BERLIN, "2026-11-30", "2026-11"),
        ("2026-11-30T23:00:00", BERLIN, "2026-12-01", "2026-12"),
        ("2026-03-28T23:00:00", BERLIN, "2026-03-29", "2026-03"),  # a day of 23 hours begins
        ("2026-03-29T21:59:59", BERLIN, "2026-03-29", "2026-03"),
        ("2026-03-29T22:00:00", BERLIN, "2026-03-30", "2026-03"),
        ("2026-10-24T22:00:00", BERLIN, "2026-10-25", "2026-10"),  # one of 25 hours
        ("2026-10-25T22:59:59", BERLIN, "2026-10-25", "2026-10"),
        ("2026-12-31T10:00:00", KIRITIMATI, "2027-01-01", "2027-01"),
    ],
)
def test_periods_begin_at_midnight_in_the_time_zone(utc, zone, day, month):
    moment = datetime.fromisoformat(f"{utc}+00:00").timestamp()

    assert span(Period.DAY, moment, zone).name == day
    assert span(Period.MONTH, moment, zone).name == month


def test_the_next_period_begins_on_a_date():
    last = datetime(2027, 1, 31, 12, tzinfo=BERLIN).timestamp()

    assert span(Period.DAY, last, BERLIN) == Span("2027-01-31", date(2027, 2, 1))
    assert span(Period.MONTH, last, BERLIN) == Span("2027-01", date(2027, 2, 1))
    december = datetime(2026, 12, 1, tzinfo=BERLIN).timestamp()
    assert span(Period.MONTH, december, BERLIN).next == date(2027, 1, 1)
