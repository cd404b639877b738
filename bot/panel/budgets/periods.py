"""The days and months of budgets, by the wall clock of the workspace.

What is counted is kept under the period's name, so that nothing is ever set back to zero.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from bot.panel.budgets.limits import Period


@dataclass(frozen=True, slots=True)
class Span:
    """A day or month, and the date on which the next one begins."""

    name: str  # 2026-11-30, or 2026-11
    next: date


def span(period: Period, now: float, zone: tzinfo) -> Span:
    """Return the *period* of the moment *now*, in seconds since 1970."""
    today = datetime.fromtimestamp(now, zone).date()
    if period is Period.DAY:
        return Span(today.isoformat(), today + timedelta(days=1))
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Span(f"{today:%Y-%m}", next_month)
