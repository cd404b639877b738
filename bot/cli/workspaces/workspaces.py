"""``panelbot workspaces``: inviting workspaces to install the app, and looking after those."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from bot import runtime
from bot.adapters.slack.app.manifest import BOT_SCOPES
from bot.characters import visible
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings
from bot.cli.shared.listing import counted, json_option, print_json, utc_time
from bot.panel.errors import Refused
from bot.settings.config import Config
from bot.settings.needs import INSTALLING, STORE

if TYPE_CHECKING:
    from bot.panel.installations.installation import Installation, InstallationStore

_SECRET = frozenset({"token", "refresh_token"})
_MOST_HOURS = 7 * 24


@click.group()
def workspaces() -> None:
    """Manage the workspaces that installed the app.

    Only with PANELBOT_CLIENT_ID, where one deployment serves many workspaces.
    """


@workspaces.command()
@click.option("--team", default="", help="Only this workspace (T…) may use the link.")
@click.option("--enterprise", default="", help="Only this organisation (E…) and its workspaces.")
@click.option(
    "--hours",
    type=click.IntRange(1, _MOST_HOURS),
    default=24,
    show_default=True,
    help="How long the link works.",
)
@asynchronous()
async def invite(team: str, enterprise: str, hours: int) -> None:
    """Print a link with which the app can be installed once."""
    if team and enterprise:
        raise click.UsageError("Name a workspace or an organisation, not both.")
    _check_id(team, "T", "--team")
    _check_id(enterprise, "E", "--enterprise")
    seconds = hours * 60 * 60
    async with lazily.installing.open_installations(_settings()) as opened:
        click.echo(await opened.invite(seconds, team=team, enterprise=enterprise))
    click.echo(f"The link works once, until {utc_time(runtime.time() + seconds)}.", err=True)


@workspaces.command()
@click.argument("link")
@asynchronous()
async def uninvite(link: str) -> None:
    """Revoke the invitation LINK before anybody has installed the app with it."""
    async with lazily.installing.open_installations(_settings()) as opened:
        if not await opened.take_back(link):
            raise Refused("This is not an invitation, or it has been used or has expired.")
    click.echo("The link has been revoked.")


@workspaces.command("list")
@json_option
@asynchronous()
async def list_workspaces(as_json: bool) -> None:
    """List the workspaces and organisations that have installed the app."""
    from bot.panel.installations.installation import installations_in

    async with lazily.installing.open_installations(_settings()) as opened:
        found = [one async for one in installations_in(opened.store)]
    if as_json:
        print_json([_fields(one) for one in found])
        return
    for one in found:
        click.echo(
            visible(f"{one.key}  {utc_time(one.installed_at)}  {one.name}  {one.url}".rstrip())
        )
    click.echo(f"{counted(len(found), 'installation')}.", err=True)


@workspaces.command()
@click.argument("key", metavar="TEAM|ENTERPRISE")
@json_option
@asynchronous()
async def show(key: str, as_json: bool) -> None:
    """Show who installed the app, when, and which scopes were granted."""
    async with lazily.installing.open_installations(_settings()) as opened:
        found = await _find(opened.store, key)
        fields = {**_fields(found), "teams": sorted(await opened.store.teams(found.key))}
    if as_json:
        print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        click.echo(visible(f"{name.replace('_', ' '):<{width}} {shown}".rstrip()))


@workspaces.command()
@click.argument("key", metavar="TEAM|ENTERPRISE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asynchronous(resumes=True)
async def remove(key: str, *, yes: bool) -> None:
    """Remove the app from a workspace or an organisation.

    Its data is deleted PANELBOT_UNINSTALL_DAYS later, unless the app is installed again.
    """
    config = _settings()
    async with lazily.installing.open_installations(config) as opened:
        found = await _find(opened.store, key)
        key = found.key
        if not yes:
            click.confirm(f"Remove the app from {key} ({visible(found.name)})?", abort=True)
        await opened.oauth.uninstall(found.token)
        await opened.removals.rejected(found)
        if await opened.store.find(key):
            raise Refused(f"Slack still accepts the token of {key}. Run the command again.")
    days = f"{config.uninstall_days:g}"
    click.echo(f"The app was removed from {key}. Its data will be deleted in {days} days.")


def _settings() -> Config:
    return settings(*INSTALLING, *STORE)


def _check_id(given: str, begins: str, option: str) -> None:
    if given and not (given.startswith(begins) and given.isascii() and given.isalnum()):
        raise click.BadParameter(
            f"{given!r} is not an id that begins with {begins}.", param_hint=option
        )


async def _find(store: "InstallationStore", key: str) -> "Installation":
    """Return the installation of an id, or the only one of a name: anybody may take any name."""
    from bot.panel.installations.installation import installations_in, is_id

    if found := await store.find(key):
        return found
    name = None if is_id(key) else key.casefold()
    alike = [one async for one in installations_in(store) if one.name.casefold() == name]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise Refused(f"Several are called {visible(key)}: {', '.join(one.key for one in alike)}.")
    raise Refused(f"{visible(key)} has not installed the app: see `panelbot workspaces list`.")


def _fields(found: "Installation") -> dict[str, Any]:
    """Return what may be told of an installation."""
    fields = {name: value for name, value in asdict(found).items() if name not in _SECRET}
    missing = [scope for scope in BOT_SCOPES if found.scopes and scope not in found.scopes]
    return {
        "key": found.key,
        **fields,
        "installed_at": utc_time(found.installed_at),
        "expires_at": utc_time(found.expires_at) if found.expires_at else "never",
        "scopes": sorted(found.scopes),
        "missing_scopes": missing,
    }
