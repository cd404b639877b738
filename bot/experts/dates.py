"""An expert that is a function: it reckons with dates, which models get wrong.

It comes with the bot, registered in pyproject.toml like those of anybody else.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from bot.functions import FunctionRefused, Request, expert

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_MOST = 8
_WEEKEND = 5


@expert(
    title="Date Desk",
    icon=":calendar:",
    purpose="Dates, weekdays, calendar weeks, days and working days between dates (2026-12-24).",
)
def dates(request: Request) -> Iterator[str]:
    """Tell of each date in the question what it is, and what lies between them."""
    given = list(_dates(request.question)) or list(_dates(request.brief))
    if not given:
        raise FunctionRefused("Give me one date or more like this: `2026-12-24`.")
    today = datetime.now(UTC).date()
    for day in given:
        yield f"- {_told(day)}, {_distance(today, day)}\n"
    for first, last in pairwise(given):
        yield f"- From {first} to {last}: {_between(first, last)}\n"


def _dates(text: str) -> Iterator[date]:
    found = list(dict.fromkeys(match.groups() for match in _DATE.finditer(text)))
    for year, month, day in found[:_MOST]:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            raise FunctionRefused(f"There is no {year}-{month}-{day}.") from None


def _told(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"**{day}** is a {day:%A} in week {week} of {year}"


def _distance(today: date, day: date) -> str:
    days = (day - today).days
    match days:
        case 0:
            return "which is today (UTC)"
        case _ if days > 0:
            return f"{_counted(days)} from today"
        case _:
            return f"{_counted(-days)} ago"


def _between(first: date, last: date) -> str:
    """Return the days from the earlier date to the later, which counts, too."""
    start, end = sorted((first, last))
    days = (end - start).days
    weeks, rest = divmod(days, 7)
    left = (end - timedelta(days=n) for n in range(rest))
    working = weeks * 5 + sum(day.weekday() < _WEEKEND for day in left)
    return f"{_counted(days)}, {working} of them Monday to Friday"


def _counted(days: int) -> str:
    return f"{days:,} day" if days == 1 else f"{days:,} days"
