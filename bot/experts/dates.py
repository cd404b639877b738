"""An expert that is a function: it calculates with dates, which models get wrong.

It comes with the bot, and is registered in pyproject.toml like those of any other package.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from bot import runtime
from bot.functions import FunctionRefused, Request, expert

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_MOST_DATES = 8
_SATURDAY = 5


@expert(
    title="Date Desk",
    icon=":calendar:",
    purpose="Dates, weekdays, calendar weeks, days and working days between dates (2026-12-24).",
)
def dates(request: Request) -> Iterator[str]:
    """Describe each date in the question, and the time between one and the next."""
    days = list(_dates(request.question)) or list(_dates(request.brief))
    if not days:
        raise FunctionRefused("Give me one date or more like this: `2026-12-24`.")
    today = datetime.fromtimestamp(runtime.time(), UTC).date()
    for day in days:
        yield f"- {_description(day)}, {_distance(today, day)}\n"
    for first, last in pairwise(days):
        yield f"- From {first} to {last}: {_between(first, last)}\n"


def _dates(text: str) -> Iterator[date]:
    unique = list(dict.fromkeys(match.groups() for match in _DATE.finditer(text)))
    for year, month, day in unique[:_MOST_DATES]:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            raise FunctionRefused(f"There is no {year}-{month}-{day}.") from None


def _description(day: date) -> str:
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
    start, end = sorted((first, last))
    days = (end - start).days
    weeks, rest = divmod(days, 7)
    last_days = (end - timedelta(days=n) for n in range(rest))
    working = weeks * 5 + sum(day.weekday() < _SATURDAY for day in last_days)
    return f"{_counted(days)}, {working} of them Monday to Friday"


def _counted(days: int) -> str:
    return f"{days:,} day" if days == 1 else f"{days:,} days"
