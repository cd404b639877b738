"""Months, in which feedback and usage are counted."""

from calendar import month_name
from datetime import UTC, datetime

from bot.panel.model import MessageTs

_KEPT = 14  # a year, the month that it began in and the one that runs


def month_of(ts: MessageTs) -> str:
    """Return the month that a message is from, as ``2026-11``."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m}"


def in_words(month: str) -> str:
    """Return a month as people say it: ``November 2026``."""
    year, number = month.split("-")
    return f"{month_name[int(number)]} {year}"


def months_until(now: float) -> list[str]:
    """Return the months of which something is kept, the oldest first."""
    today = datetime.fromtimestamp(now, UTC)
    counted = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(counted - _KEPT + 1, counted + 1)]
