"""``panelbot eval collect``: labelled questions from what people corrected."""

from pathlib import Path

import click

from bot.cli.records.since import since_option
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import counted
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.roster.roster import WorkspaceScope
from bot.panel.routing.corrections import merged
from bot.settings.needs import STORE


@click.command()
@since_option
@click.option(
    "-o", "--out", metavar="FILE", required=True, help="The file to write; it must not exist yet."
)
@workspace_option
@asynchronous(exit_code=2)
async def collect(since: float | None, out: str) -> None:
    """Write a file of questions from people's corrections, for review.

    Corrections are only kept with PANELBOT_LEARNING, after redaction.
    """
    config, identity = await of_workspace(*STORE)
    if config.learning == "off":
        raise Refused("No corrections are kept: PANELBOT_LEARNING is off.")
    _check_new(out)
    collected = lazily.collected
    async with lazily.operator.open_workspace(config, identity) as (storage, workspace):
        everywhere = WorkspaceScope(workspace.team_id)
        known = merged(await storage.corrections.of_team(workspace.team_id))
        recent = [one for one in known if one.at >= (since or 0) * 1000]
        if not (channels := collected.by_channel(recent)):
            raise Refused("There are no corrections that say which experts were right.")
        await storage.audit.record(Act.EXPORTED, everywhere, None, "corrections")
    _write_new(out, collected.as_questions(recent))
    click.echo(f"{out} has {counted(sum(count for _, count in channels), 'question')} to review:")
    for channel, count in channels:
        click.echo(f"  {channel}  {count}")


def _check_new(out: str) -> None:
    if Path(out).exists():
        raise Refused(f"{out} already exists: name a new file.")


def _write_new(out: str, text: str) -> None:
    try:
        with Path(out).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from error
