"""``panelbot links migrate``: threads that take their conversations along to another backend."""

from collections import Counter
from dataclasses import replace

import click

from bot.assembly import model_server
from bot.assembly.operator import open_services
from bot.cli import run, settings
from bot.cli.progress import track
from bot.cli.thread_argument import channel_id, find_thread
from bot.operations.migrate import INCOMPLETE, Migration, Outcome
from bot.panel.errors import PanelError, Refused, leaves
from bot.panel.model import ThreadRef
from bot.settings.config import BACKENDS, MODEL, SLACK_OUT, STORE


@click.command()
@click.argument("what", metavar="[PERMALINK|CHANNEL]", required=False)
@click.option("--to", "backend", type=click.Choice(BACKENDS), required=True)
@click.option("--dry-run", is_flag=True, help="Tell what there is to move, and move nothing.")
def migrate(what: str | None, backend: str, *, dry_run: bool) -> None:
    """Copy conversations to another backend, with all that was said in them.

    Of all threads that Redis knows, or of those of a channel, or of one. Threads that are not
    moved ahead are moved with their next question, once PANELBOT_BACKEND has changed. Doing it
    again goes on where it stopped.
    """
    run(_migrate(what, backend, dry_run=dry_run))


async def _migrate(what: str | None, backend: str, *, dry_run: bool) -> None:
    config = replace(settings(*SLACK_OUT, *MODEL, *STORE), backend=backend)
    await model_server.require_backend(config)
    async with open_services(config) as services:
        migration = Migration(services)
        if what is None or channel_id(what):
            threads = await migration.linked_threads(what or "")
        else:
            known, model = services.stores.threads, services.model
            threads = [await find_thread(what, services.team_id, known, model)]
        if dry_run:
            await _print_needed(migration, threads)
        else:
            await _move(migration, threads)


async def _print_needed(migration: Migration, threads: list[ThreadRef]) -> None:
    needed = 0
    for thread in threads:
        links = await migration.links(thread)
        if migration.is_needed(links):
            needed += 1
            click.echo(f"{thread.place}  {1 + len(links.experts)} conversations")
    click.echo(f"{needed} of {len(threads)} threads are to be moved. Nothing was moved.")


async def _move(migration: Migration, threads: list[ThreadRef]) -> None:
    counts, problems = Counter[Outcome](), list[str]()
    for thread in track("Moving", threads):
        try:
            outcome = await migration.move(thread)
        except (PanelError, ExceptionGroup) as error:
            reasons = dict.fromkeys(str(leaf) for leaf in leaves(error))
            problems.append(f"{thread.place}: not moved: {'; '.join(reasons)}")
            continue
        counts[outcome] += 1
        if outcome in INCOMPLETE:
            problems.append(f"{thread.place}: {outcome}")
    click.echo(
        f"{counts[Outcome.MOVED]} threads moved, {counts[Outcome.THERE]} were there already, "
        f"{len(problems)} are left."
    )
    if problems:
        raise Refused("\n".join(["These are left; doing the same again goes on:", *problems]))
