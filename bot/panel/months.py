"""Months, in which feedback and usage are counted."""

from datetime import UTC, datetime

from bot.panel.model import MessageTs

_KEPT = 14  # a year, the month that it began in and the one that runs


def month_of(ts: MessageTs) -> str:
    """Return the month that a message is from, as ``2026-11``."""
    return month_at(float(ts))


def month_at(now: float) -> str:
    """Return the month of a point in time."""
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m}"


def months_until(now: float) -> list[str]:
    """Return the months of which something is kept, the oldest first."""
    today = datetime.fromtimestamp(now, UTC)
    counted = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(counted - _KEPT + 1, counted + 1)]
