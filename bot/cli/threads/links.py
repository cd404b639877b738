"""``panelbot links``: the conversations of a Slack thread; finding or migrating them."""

from collections import Counter
from dataclasses import replace
from functools import partial

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, track
from bot.cli.shared.listing import counted, json_option, links_fields, print_json
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import channel_id, find_answered, find_channel, find_thread
from bot.operations.migrate import INCOMPLETE, Migration, Outcome
from bot.operations.rebuild import ChannelRebuild
from bot.panel.errors import MessengerRefused, PanelError, Refused, leaves
from bot.panel.model import ThreadRef
from bot.settings.needs import MODEL, STORE
from bot.settings.sections.model import BACKENDS


@click.group()
def links() -> None:
    """Show, rebuild or migrate the conversations behind threads."""


@links.command()
@click.argument("what", metavar="PERMALINK-OR-ID")
@json_option
@workspace_option
@asynchronous()
async def show(what: str, as_json: bool) -> None:
    """Print a thread's conversations as a tree.

    Give a message's permalink, CHANNEL/TS, or the id of the router's or an expert's
    conversation.
    """
    config, identity = await of_workspace(*MODEL, *STORE)
    async with lazily.operator.open_threads(config, identity) as access:
        thread, links = await find_answered(what, access)
        if as_json:
            print_json({"thread": thread.place, **links_fields(links)})
        else:
            lazily.printing.print_links(thread, links)


@links.command()
@click.argument("channel")
@workspace_option
@asynchronous(resumes=True)
async def rebuild(channel: str) -> None:
    """Restore the links of all threads in a CHANNEL from Slack's and OpenAI's metadata.

    If it is stopped, run it again to continue.
    """
    config, identity = await of_workspace(*MODEL, *STORE)
    async with lazily.operator.open_services(config, identity) as services:
        channel = find_channel(channel, services.workspace)
        rebuild = ChannelRebuild(services, channel)
        try:
            roots = await rebuild.left()
        except MessengerRefused as error:
            raise _unreadable(channel, error) from error
        found = await rebuild.run(roots, partial(track, "Looking through threads"))
    click.echo(
        f"Links found for {found.linked} of {counted(found.threads, 'thread')}, "
        f"with {counted(found.experts, 'expert conversation')}."
    )


@links.command()
@click.argument("what", metavar="[PERMALINK|CHANNEL]", required=False)
@click.option("--to", "backend", type=click.Choice(BACKENDS), required=True)
@click.option("--dry-run", is_flag=True, help="List what would be moved, without moving it.")
@workspace_option
@asynchronous(resumes=True)
async def migrate(what: str | None, backend: str, *, dry_run: bool) -> None:
    """Copy conversations to another backend, with all their messages.

    Migrates one thread, all threads of a channel, or all threads that Redis knows. Other threads
    are migrated with their next question, once PANELBOT_BACKEND has changed. If it is stopped, run
    it again to continue.
    """
    config, identity = await of_workspace(*MODEL, *STORE)
    config = replace(config, backend=backend)
    await lazily.model_server.require_backend(config)
    async with lazily.operator.open_services(config, identity) as services:
        migration = Migration(services)
        if what is None or channel_id(what):
            channel = find_channel(what, services.workspace) if what else ""
            threads = await migration.linked_threads(channel)
        else:
            known, model = services.stores.threads, services.model
            threads = [await find_thread(what, services.workspace, known, model)]
        if dry_run:
            await _print_needed(migration, threads)
        else:
            await _move(migration, threads)


def _unreadable(channel: str, error: MessengerRefused) -> Refused:
    if error.code in ("channel_not_found", "not_in_channel"):
        why = "There is no such channel, or the bot is not in it: /invite it there."
    else:
        why = f"Slack says {error}."
    return Refused(f"{channel} cannot be read. {why}")


async def _print_needed(migration: Migration, threads: list[ThreadRef]) -> None:
    needed = 0
    for thread in threads:
        links = await migration.links(thread)
        if migration.is_needed(links):
            needed += 1
            click.echo(f"{thread.place}  {counted(1 + len(links.experts), 'conversation')}")
    click.echo(f"To be moved: {needed} of {counted(len(threads), 'thread')}. Nothing was moved.")


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
        f"{counted(counts[Outcome.MOVED], 'thread')} moved, already there: "
        f"{counts[Outcome.THERE]}, left: {len(problems)}."
    )
    if problems:
        raise Refused(
            "\n".join(["These were not moved; run the command again to retry:", *problems])
        )
