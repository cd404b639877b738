"""``panelbot experts``: exporting, comparing and importing the panels as a file."""

import sys

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, write
from bot.cli.shared.listing import counted
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.experts import library
from bot.panel.errors import Refused
from bot.panel.roster.panel_file import PanelFile, check_sizes, merged
from bot.panel.tools import HostedTool, name_of
from bot.settings.needs import STORE
from bot.settings.yaml_files import panel_writing
from bot.settings.yaml_files.panel_comparing import differences
from bot.settings.yaml_files.panel_reading import load, unknown_names

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False))
_CURRENT = "now"
_TROUBLE = 2  # as with diff(1), where 1 means that there are differences


@click.group()
def experts() -> None:
    """Export, review and import panels as YAML."""


@experts.command()
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
@workspace_option
@asynchronous()
async def export(out: str) -> None:
    """Write the default panel and each channel's changes; no threads, no documents."""
    config, identity = await of_workspace(*STORE)
    async with lazily.operator.open_panels(config, identity) as (sync, workspace, _):
        await sync.record_export()
        text = panel_writing.write((await sync.export()).renamed(workspace.current_id))
    write(text, out)


@experts.command("import")
@_FILE
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--prune", is_flag=True, help="Also remove experts and channels that are not in the file."
)
@workspace_option
@asynchronous()
async def import_(file: str, *, dry_run: bool, yes: bool, prune: bool) -> None:
    """Change the panels to match FILE, after showing the changes and asking."""
    from_file = load(file)
    config, identity = await of_workspace(*STORE)
    async with lazily.operator.open_panels(config, identity) as (sync, workspace, kept_in):
        if kept_in:
            raise Refused(
                f"The panel comes from {kept_in} (PANELBOT_PANEL_FILE): edit that file instead."
            )
        from_file = from_file.renamed(workspace.first_id)
        current = await sync.export()
        for unknown in unknown_names(file, names_here() | current.names):
            click.echo(f"panelbot: {unknown}", err=True)
        target = from_file if prune else merged(current, from_file)
        if not (changes := differences(current, target, names=(_CURRENT, file))):
            click.echo("Nothing to change.")
            return
        sync.check(target, current)
        click.echo(changes)
        if dry_run or not (yes or click.confirm("Apply these changes?")):
            click.echo("Nothing was changed.")
            return
        await sync.apply(target, seen=current)
    click.echo("The panels have been changed.")


@experts.command()
@_FILE
@workspace_option
@asynchronous(exit_code=_TROUBLE)
async def diff(file: str) -> None:
    """Show how FILE differs from the panels. Exits with 1 if it does, with 2 on an error."""
    from_file = load(file)
    config, identity = await of_workspace(*STORE)
    async with lazily.operator.open_panels(config, identity) as (sync, workspace, _):
        now, wanted = await sync.export(), from_file.renamed(workspace.first_id)
        changes = differences(now, wanted, names=(_CURRENT, file))
    if changes:
        click.echo(changes)
        sys.exit(1)
    click.echo(f"The panels match {file}.")


@experts.command()
@_FILE
@asynchronous()
async def check(file: str) -> None:
    """Check whether FILE is valid. Needs no settings and no connection."""
    panels = load(file, names_here())
    check_sizes(panels, library.defaults())
    click.echo(f"{file} is valid: {summary(panels)}.")
    for changes in (panels.defaults, *panels.channels.values()):
        for expert in changes.added.values():
            if expert.always_consult and name_of(HostedTool.WEB_SEARCH) in expert.tools:
                click.echo(f"{expert.name} has documents, and its web-search could reveal them.")


def names_here() -> frozenset[str]:
    """Return the names of the experts that come with the bot, and with installed packages."""
    offered = library.library()
    return frozenset(one.name for one in (*offered, *lazily.discovery.discover(offered).experts))


def summary(panels: PanelFile) -> str:
    """Return how many experts and channels a file has."""
    scopes = (panels.defaults, *panels.channels.values())
    count = sum(len(changes.added) for changes in scopes)
    channels = counted(len(panels.channels), "channel")
    return f"{counted(count, 'expert')}, {channels} with changes of their own"
