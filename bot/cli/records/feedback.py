"""``panelbot feedback``: people's feedback on replies, for whoever maintains the panel."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import click

from bot.cli.records.since import since_option
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import as_csv, utc_time
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.operations.services import Workspace
from bot.panel.audit.entry import Act
from bot.panel.model import ThreadRef
from bot.panel.reports.feedback import Feedback
from bot.panel.reports.months import kept_months
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.needs import STORE

_COLUMNS = ("time", "opinion", "expert", "model", "reason", "person", "thread")
_ROUTER = "router"

Row = Mapping[str, str]


@click.group()
def feedback() -> None:
    """Export the thumbs up and down on replies."""


@feedback.command()
@click.option(
    "--format", "format_", type=click.Choice(["csv", "json"]), default="csv", show_default=True
)
@since_option
@workspace_option
@asynchronous()
async def export(format_: str, since: float | None) -> None:
    """Print every opinion with the expert, the model, and the reason if one was given."""
    config, identity = await of_workspace(*STORE)
    async with lazily.operator.open_workspace(config, identity) as (storage, workspace):
        everywhere = WorkspaceScope(workspace.team_id)
        await storage.audit.record(Act.EXPORTED, everywhere, None, "feedback")
        months = [
            await storage.feedback.of_month(workspace.team_id, month)
            for month in kept_months(time.time())
        ]
    recent = (entry for month in months for entry in month if entry.at >= (since or 0) * 1000)
    rows = [_row(entry, workspace) for entry in sorted(recent, key=lambda entry: entry.at)]
    click.echo(_WRITERS[format_](rows), nl=False)


def _row(entry: Feedback, workspace: Workspace) -> Row:
    team, channel, _ = entry.judged.turn.split(":")
    return {
        "time": utc_time(entry.at / 1000),
        "opinion": entry.opinion.value,
        "expert": entry.judged.expert or _ROUTER,
        "model": entry.model,
        "reason": entry.reason,
        "person": entry.by,
        "thread": workspace.permalink(ThreadRef(team, channel, entry.thread_ts)),
    }


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(list(rows), indent=2, ensure_ascii=False) + "\n"


_WRITERS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "csv": partial(as_csv, _COLUMNS),
    "json": _as_json,
}
