"""``panelbot budgets``: what may be spent, and what is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import json_option, print_json
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.budgets import limits
from bot.panel.budgets.budget_store import Spent
from bot.panel.budgets.limits import MILLION, Level, Limit, Unit, Whose
from bot.panel.errors import Refused
from bot.panel.roster.recorded_changes import RecordedChanges
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.needs import STORE

if TYPE_CHECKING:
    from bot.panel.budgets.ledger import Ledger

_EXAMPLES = (
    "Write it in quotes, as 'person $2/day', 'channel:C012 $20/month' or "
    "'expert:legal 5M tokens/month': without them, the shell replaces $2."
)


@dataclass(frozen=True, slots=True)
class _Books:
    scope: WorkspaceScope
    ledger: "Ledger"
    recorded: RecordedChanges
    auditor: Auditor
    own: Sequence[Limit]


@click.group()
def budgets() -> None:
    """Show and set what may be spent.

    Budgets can be set for a workspace, channel, person or expert.
    """


@budgets.command()
@json_option
@workspace_option
@asynchronous()
async def show(as_json: bool) -> None:
    """List all budgets, and what has been spent in the current day or month."""
    async with _open_books() as books:
        rows: list[tuple[Limit, Spent]] = []
        for limit in [*books.own, *(one for one in books.ledger.limits if one not in books.own)]:
            if limit.most is not None:
                rows += await books.ledger.spenders(limit, books.scope.team_id)
    if as_json:
        print_json([_fields(limit, spent) for limit, spent in rows])
    for limit, spent in () if as_json else rows:
        click.echo(_line(limit, spent))
    if not (rows or as_json):
        click.echo("There are no budgets. Set one with `panelbot budgets set` or PANELBOT_BUDGETS.")


@budgets.command("set")
@click.argument("budget", nargs=-1, required=True)
@workspace_option
@asynchronous()
async def set_(budget: tuple[str, ...]) -> None:
    """Set a budget: 'person $2/day', 'channel:C012 $20/month', 'expert:legal 5M tokens/month'.

    'person:U012 unlimited' removes a limit; 'person:U012 off' restores the default.
    """
    change = _read(" ".join(budget))
    if change.level is Level.DEPLOYMENT:
        raise Refused("The deployment's budget can only be set in PANELBOT_BUDGETS.")
    async with _open_books() as books:
        await books.recorded.set_budget(books.scope, change, None)
    click.echo(f"Set: {change}" if isinstance(change, Limit) else f"Removed: {change.who}")


@budgets.command()
@click.argument("budget", nargs=-1, required=True)
@workspace_option
@asynchronous()
async def allow(budget: tuple[str, ...]) -> None:
    """Raise a budget for the current day or month only: 'person:U012 $5/month'.

    The amount is added to the budget with the same unit and period.
    """
    more = _read(" ".join(budget))
    each = more.level not in (Level.DEPLOYMENT, Level.WORKSPACE) and not more.of
    if not isinstance(more, Limit) or more.most is None or each:
        raise Refused(f"Name an amount, and for whom: '{more.level}:ID $5/month'.")
    async with _open_books() as books:
        details = {"budget": more.amount}
        await books.auditor.record(Act.ALLOWED, books.scope, None, more.who, **details)
        counter = books.ledger.counter(more, books.scope.team_id)
        await books.ledger.store.top_up(counter, more.most)
    click.echo(f"Allowed, until the {more.period} ends: {more}")


def _read(written: str) -> Limit | Whose:
    try:
        return limits.read(written)
    except ValueError as error:
        raise click.UsageError(f"{written!r} is not a budget. {_EXAMPLES}") from error


def _fields(limit: Limit, spent: Spent) -> dict[str, object]:
    return {
        "who": limit.who,
        "unit": limit.unit,
        "period": limit.period,
        "most": limit.most,
        "spent": spent.spent,
        "held": spent.held,
        "extra": spent.extra,
    }


def _line(limit: Limit, spent: Spent) -> str:
    counts = {"spent": spent.spent, "held": spent.held, "allowed besides": spent.extra}
    shown = [
        f"{_amount(count, limit.unit)} {name}"
        for name, count in counts.items()
        if count or name == "spent"
    ]
    return f"{limit}: {', '.join(shown)}"


def _amount(count: int, unit: Unit) -> str:
    return f"${Decimal(count) / MILLION:.4f}" if unit is Unit.MONEY else f"{count} tokens"


@asynccontextmanager
async def _open_books() -> AsyncIterator[_Books]:
    config, identity = await of_workspace(*STORE)
    async with lazily.operator.open_workspace(config, identity) as (storage, workspace):
        scope = WorkspaceScope(workspace.team_id)
        (changes,) = await storage.panels.changes([scope])
        ledger = lazily.budgets.ledger_of(config, storage.redis)
        recorded = RecordedChanges(storage.panels, storage.audit)
        yield _Books(scope, ledger, recorded, storage.audit, limits.read_all(changes.budgets))
