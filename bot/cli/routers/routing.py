"""``panelbot routing``: who was asked, who was not, and at what cost."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

import click

from bot.characters import visible
from bot.cli.records.since import since_option
from bot.cli.routers.routing_examples import examples
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import counted, json_option, print_json
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import find_channel, find_thread
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.model import ThreadRef, TurnId
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.needs import MODEL, STORE
from bot.settings.yaml_files import prices

if TYPE_CHECKING:
    from bot.assembly.operator import ThreadAccess
    from bot.panel.prices import Prices
    from bot.panel.reports.turn_report import TurnReport

_TURN_PARTS = 3
_WHY = {
    "limit": "called, after as many consultations as a turn may have",
    "people": "people named others",
    "unlikely": "its likelihood was below the threshold",
    "unsaid": "the router did not say why",
}
_DAY = click.DateTime(["%Y-%m-%d"])
_CONTENT = click.option(
    "--content", is_flag=True, help="Include questions, reasons and briefs, where they are kept."
)


@click.group()
def routing() -> None:
    """Show which experts were asked, and which were not.

    Decisions are kept as long as reports are (by default thirty days), without content.
    """


routing.add_command(examples)


@routing.command()
@click.argument("what", metavar="TURN-OR-LINK")
@_CONTENT
@json_option
@workspace_option
@asynchronous()
async def show(what: str, *, content: bool, as_json: bool) -> None:
    """Show the decision in a turn, or in all turns of a thread.

    Give a turn's id as `panelbot routing export` prints it, or a message's permalink, CHANNEL/TS,
    or the id of a conversation.
    """
    async with _open() as (access, costs):
        thread, turn = await _named(what, access)
        if content:
            await access.auditor.record(Act.EXPORTED, thread, None, "routing")
        found = [
            await _fields(*one, access, costs, content=content)
            async for one in access.kept.reports(thread.team_id, thread.channel_id)
            if _is_meant(*one, thread, turn)
        ]
    if not found:
        raise Refused(f"There is no decision about {what}.")
    found.sort(key=lambda one: str(one["id"]))
    if as_json:
        print_json(found)
    else:
        click.echo("\n\n".join(map(_told, found)))


@routing.command()
@since_option
@click.option("--until", type=_DAY, help="Only until this day, in UTC.")
@click.option("--channel", help="Only this channel: its id, or a link to it.")
@_CONTENT
@click.option(
    "--out",
    type=click.File("w", "utf-8"),
    metavar="FILE",
    default="-",
    show_default="standard output",
)
@workspace_option
@asynchronous()
async def export(
    since: float | None,
    until: datetime | None,
    *,
    channel: str | None,
    content: bool,
    out: TextIO,
) -> None:
    """Print the decisions of all turns as JSON, one per line, in no particular order.

    Where a newer version's record cannot be read, the line says so.
    """
    newest = (until.replace(tzinfo=UTC) + timedelta(days=1)).timestamp() if until else None
    unread = 0
    async with _open() as (access, costs):
        team_id = access.workspace.team_id
        place = find_channel(channel, access.workspace) if channel else ""
        await access.auditor.record(Act.EXPORTED, WorkspaceScope(team_id), None, "routing")
        async with aclosing(access.kept.reports(team_id, place, since or 0, newest)) as reports:
            async for turn, report in reports:
                fields = await _fields(turn, report, access, costs, content=content)
                unread += "unread" in fields
                click.echo(json.dumps(fields), file=out)
    if unread:
        click.echo(f"panelbot: {counted(unread, 'turn')} could not be read in full.", err=True)


@asynccontextmanager
async def _open() -> AsyncIterator[tuple["ThreadAccess", "Prices"]]:
    config, identity = await of_workspace(*MODEL, *STORE)
    costs = prices.prices(config.prices)
    async with lazily.operator.open_threads(config, identity) as access:
        yield access, costs


async def _named(what: str, access: "ThreadAccess") -> tuple[ThreadRef, TurnId | None]:
    """Return the thread that *what* names, or the turn, with a thread in its channel."""
    parts = what.split(":")
    if len(parts) == _TURN_PARTS and parts[0] == access.workspace.team_id:
        return ThreadRef(*parts), TurnId(what)
    return await find_thread(what, access.workspace, access.threads, access.model), None


def _is_meant(
    turn: TurnId, report: "TurnReport | None", thread: ThreadRef, wanted: TurnId | None
) -> bool:
    if wanted or report is None:
        return turn == wanted
    return bool(lazily.decisions.thread_of(turn, report) == thread)


async def _fields(
    turn: TurnId,
    report: "TurnReport | None",
    access: "ThreadAccess",
    costs: "Prices",
    *,
    content: bool,
) -> dict[str, Any]:
    if report is None:
        return {"id": turn, "unread": "written by another version"}
    fields: dict[str, Any] = lazily.decisions.decision_fields(turn, report, costs)
    if content:
        inspector = TurnInspector(access.reports, access.recovery, access.model, costs)
        fields |= await lazily.decisions.content_fields(
            turn, report, access.transcript, inspector, access.redact
        )
    return fields


def _told(fields: dict[str, Any]) -> str:
    """Return a decision in lines for people."""
    if "thread" not in fields:
        return f"turn       {fields['id']}\nunreadable: {fields['unread']}"
    likelihoods = [(one["expert"], one["likelihood"]) for one in fields["asked"]]
    asked = ", ".join(f"{name}{_percent(value)}" for name, value in likelihoods) or "nobody"
    lines = [
        ("turn", fields["id"]),
        ("thread", fields["thread"]),
        ("at", fields["at"]),
        ("chosen by", _chooser(fields)),
        ("panel", fields["panel"] or "unknown"),
        ("asked", asked),
    ]
    failures = (one for one in fields["asked"] if one["failed"])
    lines += [("failed", f"{one['expert']}: {one['failed']}") for one in failures]
    lines += [
        ("not asked", f"{one['expert']}{_percent(one['likelihood'])}: {_WHY[one['why']]}")
        for one in fields["not_asked"] or ()
    ]
    lines += [("question", _line(fields["text"]))] if fields.get("text") else []
    for label in ("reasons", "briefs"):
        by_expert = (fields.get(label) or {}).items()
        lines += [(label[:-1], f"{name}: {_line(words)}") for name, words in by_expert]
    lines += [("unread", fields["unread"])] if fields.get("unread") else []
    return "\n".join(f"{label:<10} {value}" for label, value in lines)


def _chooser(fields: dict[str, Any]) -> str:
    if fields["router"] is None:
        return str(fields["chosen_by"])
    usage, cost = fields["usage"], fields["cost"]
    tokens = f"{usage['input'] + usage['output']} tokens" if usage else "tokens unknown"
    dollars = "cost unknown" if cost is None else f"${cost}"
    return f"{fields['router']} ({fields['seconds']:.2f} s, {tokens}, {dollars})"


def _percent(likelihood: float | None) -> str:
    return "" if likelihood is None else f" ({likelihood:.0%})"


def _line(words: str) -> str:
    return visible(" ".join(words.split()))
