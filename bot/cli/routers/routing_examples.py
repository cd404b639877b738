"""``panelbot routing examples``: corrections that the router is shown, to look at and drop."""

import json
from typing import Any

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import counted, json_option, print_json, utc_time
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import find_channel
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.panel.routing.corrections import Correction
from bot.settings.needs import STORE


@click.group()
def examples() -> None:
    """Manage the corrections that the router is shown with similar questions.

    They are only kept with PANELBOT_LEARNING.
    """


@examples.command("list")
@click.argument("channel", required=False)
@json_option
@workspace_option
@asynchronous()
async def list_(channel: str | None, as_json: bool) -> None:
    """List corrections without their questions, the oldest first; all, or those of CHANNEL."""
    found = await _all(channel)
    if as_json:
        print_json([_fields(one) for one in found])
    for one in () if as_json else found:
        click.echo(_line(one))
    if not (found or as_json):
        click.echo("No corrections are kept.")


@examples.command()
@click.argument("name")
@workspace_option
@asynchronous()
async def show(name: str) -> None:
    """Show a correction with its question, after redaction."""
    found = [one for one in await _all(None) if one.name == name]
    if not found:
        raise Refused(_unknown(name))
    for one in found:
        click.echo(_line(one))
        click.echo(json.dumps(one.question, ensure_ascii=False))


@examples.command()
@click.argument("names", nargs=-1)
@click.option("--channel", help="All corrections in a channel.")
@click.option("--all", "everything", is_flag=True, help="All corrections in the workspace.")
@workspace_option
@asynchronous()
async def drop(names: tuple[str, ...], channel: str | None, everything: bool) -> None:
    """Delete corrections: those named, those of a channel, or all."""
    if sum((bool(names), bool(channel), everything)) != 1:
        raise Refused("Name corrections, or use --channel CHANNEL or --all.")
    there = await of_workspace(*STORE)
    async with lazily.operator.open_workspace(*there) as (storage, workspace):
        team, place = workspace.team_id, find_channel(channel, workspace) if channel else ""
        where = ChannelScope(team, place) if place else WorkspaceScope(team)
        known = {one.name for one in await storage.corrections.of_team(team)}
        if unknown := [name for name in names if name not in known]:
            raise Refused(_unknown(unknown[0]))
        await storage.audit.record(Act.FORGOT, where, None, "corrections")

        def goes(one: Correction) -> bool:
            return one.name in names or one.channel_id == place or everything

        count = await storage.corrections.forget(team, goes)
    click.echo(f"Deleted: {counted(count, 'correction')}.")


async def _all(channel: str | None) -> list[Correction]:
    there = await of_workspace(*STORE)
    async with lazily.operator.open_workspace(*there) as (storage, workspace):
        place = find_channel(channel, workspace) if channel else ""
        found = await storage.corrections.of_team(workspace.team_id)
    return [one for one in found if not place or one.channel_id == place]


def _fields(one: Correction) -> dict[str, Any]:
    return {
        "name": one.name,
        "at": utc_time(one.at / 1000),
        "channel": one.channel_id,
        "thread": one.thread_ts,
        "kind": one.kind.value,
        "asked": list(one.asked),
        "right": list(one.right),
        "wrong": list(one.unwanted),
    }


def _line(one: Correction) -> str:
    told = _fields(one)
    named = [(key, told[key]) for key in ("asked", "right", "wrong") if told[key]]
    sets = "  ".join(f"{key} {', '.join(names)}" for key, names in named)
    return f"{one.name}  {told['at']}  {one.channel_id}/{one.thread_ts}  {one.kind}  {sets}"


def _unknown(name: str) -> str:
    return f"There is no correction {name!r}: see `panelbot routing examples list`."
