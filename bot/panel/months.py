"""Months, in which feedback and usage are counted."""

from datetime import UTC, date, datetime

from bot import language
from bot.panel.model import MessageTs

_KEPT = 14  # a year, the month that it began in and the one that runs


def month_of(ts: MessageTs) -> str:
    """Return the month that a message is from, as ``2026-11``."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m}"


def month_name(month: str) -> str:
    """Return a month as people say it: ``November 2026``."""
    return language.month(date.fromisoformat(f"{month}-01"))


def kept_months(now: float) -> list[str]:
    """Return the months of which something is kept, the oldest first."""
    today = datetime.fromtimestamp(now, UTC)
    counted = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(counted - _KEPT + 1, counted + 1)]
