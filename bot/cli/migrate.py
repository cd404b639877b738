"""``panelbot links migrate``: threads that take their conversations along to another backend."""

import re
from collections import Counter
from dataclasses import replace

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.assembly import model_server
from bot.assembly.operator import Records, open_records
from bot.cli import run, settings
from bot.cli.links import find_thread
from bot.operations.migrate import LEFT, Migration, Outcome
from bot.panel.errors import PanelError, Refused, leaves
from bot.panel.model import ThreadRef
from bot.settings.config import BACKENDS, MODEL, SLACK_OUT, STORE

_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")


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
    async with open_records(config) as records:
        migration = Migration(records)
        threads = await _threads(records, what)
        if dry_run:
            await _tell(migration, threads)
        else:
            await _move(migration, threads)


async def _threads(records: Records, what: str | None) -> list[ThreadRef]:
    if what and not _CHANNEL.fullmatch(what):
        return [await find_thread(records.desk, what)]
    held = await records.remains.of(records.desk.identity.team_id, what or "")
    linked = [thread for thread, found in held.items() if found.conversations]
    return sorted(linked, key=lambda thread: (thread.channel_id, thread.thread_ts))


async def _tell(migration: Migration, threads: list[ThreadRef]) -> None:
    needed = 0
    for thread in threads:
        links = await migration.links(thread)
        if migration.is_needed(links):
            needed += 1
            click.echo(f"{_name(thread)}  {1 + len(links.experts)} conversations")
    click.echo(f"{needed} of {len(threads)} threads are to be moved. Nothing was moved.")


async def _move(migration: Migration, threads: list[ThreadRef]) -> None:
    counts, left = Counter[Outcome](), list[str]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        for thread in progress.track(threads, description="Moving"):
            try:
                outcome = await migration.move(thread)
            except (PanelError, ExceptionGroup) as error:
                reasons = dict.fromkeys(str(leaf) for leaf in leaves(error))
                left.append(f"{_name(thread)}: not moved: {'; '.join(reasons)}")
                continue
            counts[outcome] += 1
            if outcome in LEFT:
                left.append(f"{_name(thread)}: {outcome}")
    click.echo(
        f"{counts[Outcome.MOVED]} threads moved, {counts[Outcome.THERE]} were there already, "
        f"{len(left)} are left."
    )
    if left:
        raise Refused("\n".join(["These are left; doing the same again goes on:", *left]))


def _name(thread: ThreadRef) -> str:
    return f"{thread.channel_id}/{thread.thread_ts}"
