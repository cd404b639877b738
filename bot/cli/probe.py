"""``panelbot probe``: how the services behave where their documentation does not say."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from bot import __version__
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, progress_bar, settings, write
from bot.cli.threads.thread_argument import find_channel
from bot.operations.probe import Report, as_markdown
from bot.operations.services import Workspace
from bot.panel.checks.probes import Check, Observation, observe
from bot.panel.errors import Refused
from bot.settings.needs import MODEL, SLACK_OUT, STORE


@click.command()
@click.option("--channel", metavar="ID", help="Also probe Slack, in a thread in this channel.")
@click.option(
    "--user",
    metavar="ID",
    default="",
    help="Who the messages are streamed to.  [default: who wrote last in the channel]",
)
@click.option("--only", metavar="NAME", multiple=True, help="Run only this check; can be repeated.")
@click.option(
    "--stream-for",
    type=click.FloatRange(min=0),
    default=360,
    show_default=True,
    metavar="SECONDS",
    help="How long to stream a message in Slack.",
)
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
@asynchronous()
async def probe(
    channel: str | None, user: str, only: Sequence[str], stream_for: float, out: str
) -> None:
    """Test how OpenAI and Slack behave where their docs are silent.

    Writes a report in Markdown. It uses your keys, costs a few thousand tokens, and deletes what
    it creates. Exits with 1 if a check could not run or something could not be deleted.
    """
    slack = None
    if channel:
        channel_id = find_channel(channel, Workspace("", ""))
        slack = lazily.service_probes.SlackProbeOptions(channel_id, user, stream_for)
    config = settings(*MODEL, *((*SLACK_OUT, *STORE) if slack else ()))
    async with lazily.service_probes.open_probes(config, slack) as probes:
        try:
            observations = await _observe(_chosen(probes.checks, only))
        finally:
            left = await probes.clean_up()
    report = Report(datetime.now(UTC), __version__, probes.services, observations, left)
    write(as_markdown(report), out)
    if not report.is_complete:
        sys.exit(1)


def _chosen(checks: Sequence[Check], names: Sequence[str]) -> Sequence[Check]:
    known = [check.name for check in checks]
    if unknown := [name for name in names if name not in known]:
        raise Refused(f"There is no check {unknown[0]!r}. There are: {', '.join(known)}.")
    return [check for check in checks if not names or check.name in names]


async def _observe(checks: Sequence[Check]) -> list[Observation]:
    observations: list[Observation] = []
    with progress_bar() as progress:
        task = progress.add_task("Probing", total=len(checks))
        async for observation in observe(checks):
            observations.append(observation)
            progress.advance(task)
    return observations
