"""``panelbot usage``: what the questions of a month took and cost, for whoever pays."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings
from bot.cli.shared.listing import as_csv, counted, print_json
from bot.cli.shared.workspace import of_workspace, wanted, workspace_option
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.reports.month_usage import (
    VIEWS,
    MonthUsage,
    UsageRow,
    month_usage,
    usage_by_workspace,
)
from bot.panel.reports.months import kept_months
from bot.panel.reports.report_store import ROUTER
from bot.panel.reports.usage_counts import Dimension
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.needs import STORE, WORKSPACES
from bot.settings.yaml_files import prices

_COLUMNS = ("questions", "input", "cached", "output", "cost")
_REST = "unattributed"
_UNKNOWN = "unknown"
_LEAST = Decimal("0.0001")  # dollars that the table shows


@dataclass(frozen=True, slots=True)
class _Printed:
    """What is printed, and of what."""

    month: str
    by: str
    workspace: str
    prices_as_of: str
    usage: MonthUsage

    def named(self) -> Sequence[tuple[str, UsageRow]]:
        """Return the rows with their names; the rest comes last."""
        rows = [(row.name or ROUTER, row) for row in self.usage.rows]
        return [*rows, *([(_REST, self.usage.rest)] if self.usage.rest else [])]


@click.command()
@click.option(
    "--month",
    metavar="YYYY-MM",
    shell_complete=lambda _context, _option, begun: [
        month for month in kept_months(time.time()) if month.startswith(begun)
    ],
    help="The month, in UTC.  [default: the current one]",
)
@click.option("--by", type=click.Choice(VIEWS), default=Dimension.EXPERT.value, show_default=True)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
@click.option("--all", "of_all", is_flag=True, help="All workspaces, the most expensive first.")
@workspace_option
@asynchronous()
async def usage(month: str | None, by: str, format_: str, *, of_all: bool) -> None:
    """Show how many tokens a month's questions used, and the cost.

    Input tokens include cached ones. A question counts once it is answered, in the month in which
    it was asked. Costs are in dollars, at list prices.
    """
    month = _kept(month)
    if of_all:
        _WRITERS[format_](await _of_all(month))
        return
    config, identity = await of_workspace(*STORE)
    if by == Dimension.PERSON and config.usage_by_person != "yes":
        raise Refused("Usage by person is only counted with PANELBOT_USAGE_BY_PERSON=yes.")
    costs = prices.prices(config.prices)
    async with lazily.operator.open_workspace(config, identity) as (storage, workspace):
        team = workspace.team_id
        if by == Dimension.PERSON:
            await storage.audit.record(Act.EXPORTED, WorkspaceScope(team), None, "usage by person")
        found = await month_usage(storage.reports, costs, team, month, by)
    _WRITERS[format_](_Printed(month, by, team, costs.as_of, found))


def _kept(month: str | None) -> str:
    first, *_, current = months = kept_months(time.time())
    if month and month not in months:
        raise Refused(
            f"{month!r} must be a month from {first} to {current}: older usage is not kept."
        )
    return month or current


async def _of_all(month: str) -> _Printed:
    config = settings(*WORKSPACES, *STORE)
    if not config.is_multi_workspace or wanted():
        raise Refused("--all needs PANELBOT_CLIENT_ID, and cannot be used with --workspace.")
    costs = prices.prices(config.prices)
    async with lazily.storage.open_storage(config) as storage:
        store = lazily.storage.installation_store(config, storage, config.client_id)
        teams, after = list[str](), ""
        while keys := await store.keys(after):
            for key in keys:
                teams += sorted(await store.teams(key))
            after = keys[-1]
        found = await usage_by_workspace(storage.reports, costs, teams, month)
    return _Printed(month, "workspace", counted(len(teams), "workspace"), costs.as_of, found)


def _print_table(printed: _Printed) -> None:
    lines: list[tuple[str, Sequence[str]]] = [("", _COLUMNS)]
    for name, row in (*printed.named(), ("total", printed.usage.total)):
        *counts, cost = _numbers(row)
        shown = [_UNKNOWN if count is None else f"{count:,}" for count in counts]
        lines.append((name, (*shown, _money(cost))))
    width = max(len(name) for name, _ in lines)
    click.echo(f"{printed.workspace}, {printed.month}, by {printed.by}\n")
    for name, cells in lines:
        click.echo(f"{name:<{width}}" + "".join(f"{cell:>13}" for cell in cells))
    click.echo(f"\nCost at list prices of {printed.prices_as_of}, before discounts.")
    if unpriced := printed.usage.unpriced:
        click.echo(f"Not all of it has a known price: {', '.join(unpriced)}.")


def _money(cost: Decimal | None) -> str:
    if cost is None:
        return _UNKNOWN
    return f"<${_LEAST}" if 0 < cost < _LEAST else f"${cost:,.4f}"


def _print_csv(printed: _Printed) -> None:
    rows = [
        {"month": printed.month, printed.by: name}
        | {key: "" if value is None else str(value) for key, value in _fields(row).items()}
        for name, row in printed.named()
    ]
    click.echo(as_csv(("month", printed.by, *_COLUMNS), rows), nl=False)


def _print_json(printed: _Printed) -> None:
    print_json(
        {
            "workspace": printed.workspace,
            "month": printed.month,
            "by": printed.by,
            "rows": [{"name": name, **_fields(row)} for name, row in printed.named()],
            "total": _fields(printed.usage.total),
            "prices_as_of": printed.prices_as_of,
            "unpriced": printed.usage.unpriced,
        }
    )


def _fields(row: UsageRow) -> Mapping[str, Any]:
    """Return the numbers of *row*; the cost as text, a plain decimal with all its places."""
    *counts, cost = _numbers(row)
    plain = None if cost is None else f"{cost.normalize():f}"
    return dict(zip(_COLUMNS, (*counts, plain), strict=True))


def _numbers(row: UsageRow) -> tuple[int | None, int, int, int, Decimal | None]:
    return row.questions, row.usage.input, row.usage.cached, row.usage.output, row.cost


_WRITERS = {"table": _print_table, "csv": _print_csv, "json": _print_json}
