"""The months by which feedback and usage are counted."""

from datetime import UTC, date, datetime

from bot import language
from bot.panel.model import MessageTs

_KEPT = 14  # a year, the month in which it began and the current one


def month_of(ts: MessageTs) -> str:
    """Return the month that a message is from, as ``2026-11``."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m}"


def month_name(month: str) -> str:
    """Return a month's name: ``November 2026``."""
    return language.month(date.fromisoformat(f"{month}-01"))


def kept_months(now: float) -> list[str]:
    """Return the months of which counts are kept, oldest first."""
    today = datetime.fromtimestamp(now, UTC)
    current = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(current - _KEPT + 1, current + 1)]
