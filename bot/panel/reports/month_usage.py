"""The usage of a month as rows that add up, with what it cost; rounded only where it is shown."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.panel.prices import Prices, total
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.usage_counts import Dimension, UsageCount
from bot.panel.usage import NO_USAGE, Usage

VIEWS = (*(one.value for one in Dimension), "model", "workspace")  # by what it can be shown


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one expert, channel, person, model or workspace took."""

    name: str | None  # None: the router
    questions: int | None  # None: unknown
    usage: Usage
    cost: Decimal | None  # in dollars; None: unknown


NOTHING = UsageRow(None, None, NO_USAGE, Decimal(0))


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """The usage of a workspace's month; the *rows* and the *rest* add up to the *total*.

    There is a rest where the month began before channels or people were counted, where somebody
    was forgotten, where nobody in particular asked, and of those that are not to be named.
    """

    rows: Sequence[UsageRow]  # the dearest first
    rest: UsageRow | None
    total: UsageRow  # its questions: turns
    counts: Sequence[UsageCount]  # of experts and the router, which all of that comes from
    unpriced: Sequence[str]  # models whose price is unknown, or that of a tool that they called


async def month_usage(
    reports: ReportStore,
    prices: Prices,
    team_id: str,
    month: str,
    by: str,
    names: Collection[str] | None = None,
) -> MonthUsage:
    """Return the usage of *month* (``2026-11``), *by* a view; who is not in *names* is the rest."""
    by_channel = await reports.usage(team_id, month, by=Dimension.CHANNEL)
    parts = by_channel
    if by == Dimension.PERSON:
        parts = await reports.usage(team_id, month, by=Dimension.PERSON)
    everything = await reports.usage(team_id, month)  # read last, so that the parts are no more
    total_row = usage_row(team_id, everything, prices)
    is_whole = _remainder(everything, by_channel, prices) is None
    turns = sum(one.questions for one in by_channel) if is_whole else None
    total_row = replace(total_row, questions=turns)
    rest = None
    if by in (Dimension.CHANNEL, Dimension.PERSON):
        parts = [one for one in parts if names is None or one.name in names]
        rest = _remainder(everything, parts, prices)
        rows = usage_rows(parts, prices)
    elif by == "workspace":
        rows = [total_row]
    else:
        rows = usage_rows(_named(everything, by), prices)
    unpriced = {one.model for one in everything if prices.cost(one.model, one.usage) is None}
    return MonthUsage(rows, rest, total_row, everything, sorted(unpriced))


async def usage_by_workspace(
    reports: ReportStore, prices: Prices, team_ids: Iterable[str], month: str
) -> MonthUsage:
    """Return what each workspace took in *month*, of those that took anything."""
    counts: list[UsageCount] = []
    for team_id in team_ids:
        # By channel: there, the questions of one are counted once, however many experts it had.
        of_team = await reports.usage(team_id, month, by=Dimension.CHANNEL)
        counts += [replace(one, name=team_id) for one in of_team]
    whole = usage_row(None, counts, prices)
    unpriced = {one.model for one in counts if prices.cost(one.model, one.usage) is None}
    return MonthUsage(usage_rows(counts, prices), None, whole, counts, sorted(unpriced))


def usage_rows(counts: Iterable[UsageCount], prices: Prices) -> list[UsageRow]:
    """Return a row for each name, the dearest first; those of unknown cost before these."""
    by_name: dict[str | None, list[UsageCount]] = {}
    for count in counts:
        by_name.setdefault(count.name, []).append(count)
    rows = [usage_row(name, own, prices) for name, own in by_name.items()]
    return sorted(rows, key=_dearest_first)


def sum_of(rows: Iterable[UsageRow]) -> UsageRow:
    """Return what *rows* are together; its questions are unknown."""
    rows = tuple(rows)
    usage = sum((one.usage for one in rows), NO_USAGE)
    return UsageRow(None, None, usage, total(one.cost for one in rows))


def usage_row(name: str | None, counts: Sequence[UsageCount], prices: Prices) -> UsageRow:
    """Return what all *counts* are together."""
    return UsageRow(
        name,
        sum(one.questions for one in counts),
        sum((one.usage for one in counts), NO_USAGE),
        total(prices.cost(one.model, one.usage) for one in counts),
    )


def _named(counts: Iterable[UsageCount], by: str) -> Iterator[UsageCount]:
    return (replace(one, name=one.model) if by == "model" else one for one in counts)


def _remainder(
    counts: Iterable[UsageCount], known: Iterable[UsageCount], prices: Prices
) -> UsageRow | None:
    less = _by_model(known)
    differences = {
        model: usage + -less.get(model, NO_USAGE) for model, usage in _by_model(counts).items()
    }
    left = [
        UsageCount(None, model, usage=usage)
        for model, usage in differences.items()
        if usage != NO_USAGE
    ]
    return replace(usage_row(None, left, prices), questions=None) if left else None


def _by_model(counts: Iterable[UsageCount]) -> Mapping[str, Usage]:
    sums: dict[str, Usage] = {}
    for one in counts:
        sums[one.model] = sums.get(one.model, NO_USAGE) + one.usage
    return sums


def _dearest_first(row: UsageRow) -> tuple[bool, Decimal, int, str]:
    tokens = row.usage.input + row.usage.output
    return row.cost is not None, -(row.cost or Decimal(0)), -tokens, row.name or ""
