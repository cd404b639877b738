"""``panelbot probe``: what the services really do, where their documentation does not say."""

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import click

from bot import __version__
from bot.adapters.openai.checks import probes as openai_probes
from bot.adapters.openai.checks.probe_bench import ProbeBench
from bot.adapters.slack.api import probes as slack_probes
from bot.adapters.slack.api.probes import SlackProbeBench
from bot.assembly import model_server
from bot.assembly.slack import open_slack
from bot.assembly.storage import open_storage
from bot.cli import run, settings, write
from bot.cli.progress import progress_bar
from bot.operations.probe import Report, as_markdown
from bot.panel.checks.probes import Check, Observation, observe
from bot.panel.errors import Refused
from bot.settings.config import MODEL, SLACK_OUT, STORE, Config


@click.command()
@click.option("--channel", metavar="ID", help="Probe Slack, too, in a thread of this channel.")
@click.option(
    "--user",
    metavar="ID",
    default="",
    help="Who watches messages that grow.  [default: who wrote last in the channel]",
)
@click.option("--only", metavar="NAME", multiple=True, help="Only these checks.")
@click.option(
    "--stream-for",
    type=click.FloatRange(min=0),
    default=360,
    show_default=True,
    metavar="SECONDS",
    help="How long to let a message in Slack grow.",
)
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
def probe(channel: str | None, user: str, only: Sequence[str], stream_for: float, out: str) -> None:
    """Find out what OpenAI and Slack do where nobody has written it down, as Markdown.

    It asks with your keys, costs a few thousand tokens, and deletes what it has made. Exits with 1
    if a check could not run or something is left over.
    """
    run(_probe(channel, user, only, stream_for, out))


async def _probe(
    channel: str | None, user: str, only: Sequence[str], stream_for: float, out: str
) -> None:
    config = settings(*MODEL, *(SLACK_OUT if channel else ()), *(STORE if channel else ()))
    async with AsyncExitStack() as opened:
        client = await opened.enter_async_context(model_server.open_client(config))
        bench = ProbeBench(client, config.router_model)
        services = [f"the model's side at {config.openai_base_url}, with {config.router_model}"]
        checks, benches = openai_probes.checks(bench), [bench.tidy]
        if channel:
            slack_bench, url = await _slack(opened, config, channel, user)
            checks += slack_probes.checks(slack_bench, stream_for=stream_for)
            benches.append(slack_bench.tidy)
            services.append(f"Slack at {url}, in the channel {channel}")
        try:
            seen = await _observed(_wanted(checks, only))
        finally:
            left = [one for tidy in benches for one in await tidy()]
    report = Report(datetime.now(UTC), __version__, services, seen, left)
    write(as_markdown(report), out)
    if not report.is_complete:
        sys.exit(1)


async def _slack(
    opened: AsyncExitStack, config: Config, channel: str, user: str
) -> tuple[SlackProbeBench, str]:
    memory = await opened.enter_async_context(open_storage(config))  # for the pace of all calls
    slack = await opened.enter_async_context(open_slack(config, memory))
    return SlackProbeBench(slack.api, slack.identity, channel, reader=user), slack.identity.url


def _wanted(checks: Sequence[Check], only: Sequence[str]) -> Sequence[Check]:
    known = [check.name for check in checks]
    if unknown := [name for name in only if name not in known]:
        raise Refused(f"There is no check {unknown[0]!r}. There are: {', '.join(known)}.")
    return [check for check in checks if not only or check.name in only]


async def _observed(checks: Sequence[Check]) -> list[Observation]:
    seen: list[Observation] = []
    with progress_bar() as progress:
        task = progress.add_task("Probing", total=len(checks))
        async for one in observe(checks):
            seen.append(one)
            progress.advance(task)
    return seen
