"""``panelbot settings``: what a workspace has set for itself, over what the deployment says."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.assembly.actors import operator
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.command import settings as read_settings
from bot.cli.shared.listing import json_option, print_json
from bot.cli.shared.workspace import wanted, workspace_option
from bot.panel.errors import Refused
from bot.panel.installations.workspace_settings import ShownSetting
from bot.settings.needs import STORE, WORKSPACES
from bot.settings.workspace_config import ADDRESS, KEY, OWN_SETTINGS

if TYPE_CHECKING:
    from bot.settings.checked_settings import CheckedSettings

_SECRETS = frozenset(one.name for one in OWN_SETTINGS.values() if one.is_secret)


@click.group()
def settings() -> None:
    """Show and change a workspace's own settings.

    For everything else, the deployment's settings apply. In Slack, admins use /experts settings.
    """


@settings.command()
@click.argument("team", required=False)
@workspace_option
@json_option
@asynchronous()
async def show(team: str | None, as_json: bool) -> None:
    """List the settings of the workspace TEAM, and where each value comes from."""
    async with _open(team or "") as opened:
        shown = await opened.shown()
    if as_json:
        print_json([asdict(one) for one in shown])
        return
    for one in shown:
        click.echo(f"{one.name}={_value(one)}  ({one.origin})")


@settings.command("set")
@click.argument("name")
@click.argument("value", required=False)
@workspace_option
@asynchronous()
async def set_(name: str, value: str | None) -> None:
    """Set NAME for a workspace. Secrets are prompted for, or read from standard input.

    OPENAI_BASE_URL is set together with a key for it.
    """
    if name in _SECRETS and value is not None:
        raise Refused(f"{name} is a secret: leave out the value, and you are prompted for it.")
    if name not in _SECRETS and not value:
        raise click.UsageError(f"Give a value for {name}; `panelbot settings unset` removes it.")
    secrets = [KEY] if name == ADDRESS else [name] if name in _SECRETS else []
    given = {one: click.prompt(one, hide_input=sys.stdin.isatty()) for one in secrets}
    async with _open() as opened:
        await opened.change({**given, **({name: value} if value else {})}, None)
    click.echo(f"Set: {', '.join(dict.fromkeys([name, *given]))}")


@settings.command()
@click.argument("name")
@workspace_option
@asynchronous()
async def unset(name: str) -> None:
    """Remove NAME, so that the deployment's value applies again."""
    async with _open() as opened:
        await opened.change({name: None}, None)
    click.echo(f"Removed: {name}")


def _value(shown: ShownSetting) -> str:
    return "(secret)" if shown.is_secret and shown.origin != "default" else shown.value


@asynccontextmanager
async def _open(team: str = "") -> AsyncIterator["CheckedSettings"]:
    deployment = read_settings(*WORKSPACES, *STORE)
    if not deployment.is_multi_workspace:
        raise Refused("Only with PANELBOT_CLIENT_ID: a single workspace has its settings in .env.")
    async with lazily.storage.open_storage(deployment, operator()) as storage:
        installations = lazily.storage.installation_store(deployment, storage, deployment.client_id)
        team_id = await lazily.chosen.find_workspace(installations, team or wanted())
        yield lazily.chosen.checked_settings(deployment, storage, team_id)
