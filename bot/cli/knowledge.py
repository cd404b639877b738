"""``panelbot knowledge``: the experts' documents."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from bot.assembly.operator import open_documents
from bot.cli.command import progress_bar, run, settings
from bot.panel.errors import PanelError, Refused
from bot.panel.roster.expert_documents import ExpertDocument, ExpertDocuments
from bot.panel.roster.knowledge import CollectionOwner, Document, DocumentState, Upload
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope
from bot.settings.config import MODEL, SLACK_OUT, STORE

_AT_ONCE = 4
_CHANNEL = click.option(
    "--channel", metavar="ID", help="The expert of this channel, not of the defaults of all."
)
_NAME = click.argument("name")

Deed = Callable[[str], Coroutine[Any, Any, Document]]


@click.group()
def knowledge() -> None:
    """The documents that experts look things up in."""


@knowledge.command()
@_NAME
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@_CHANNEL
def add(name: str, files: Sequence[Path], channel: str | None) -> None:
    """Give the expert NAME these FILES; one of the same name is replaced."""
    run(_add(name, files, channel))


@knowledge.command("list")
@click.argument("name", required=False)
@_CHANNEL
def list_documents(name: str | None, channel: str | None) -> None:
    """List what the expert NAME has, or without a name, what all have."""
    run(_list(name, channel))


@knowledge.command()
@_NAME
@click.argument("documents", nargs=-1, required=True)
@_CHANNEL
def remove(name: str, documents: Sequence[str], channel: str | None) -> None:
    """Take DOCUMENTS, by name or id, from the expert NAME."""
    run(_remove(name, documents, channel))


@knowledge.command()
@_NAME
@click.argument("documents", nargs=-1)
@_CHANNEL
def reindex(name: str, documents: Sequence[str], channel: str | None) -> None:
    """Read DOCUMENTS of the expert NAME anew; without any, all of its own."""
    run(_reindex(name, documents, channel))


@knowledge.command()
@_NAME
@click.argument("when", type=click.Choice(["always", "when-useful"]))
@_CHANNEL
def consult(name: str, when: str, channel: str | None) -> None:
    """Say whether the expert NAME consults its documents for every question."""
    run(_consult(name, channel, always=when == "always"))


async def _add(name: str, files: Sequence[Path], channel: str | None) -> None:
    async with _classroom(channel) as (teaching, scope):
        for path in files:  # before anything is sent
            teaching.check_document(path.name, path.stat().st_size)
        collection = await teaching.open(scope, name, None)

        async def learn(path: str) -> Document:
            content = await asyncio.to_thread(Path(path).read_bytes)
            return await teaching.add(collection, Upload(Path(path).name, content))

        await _each("Adding", [str(path) for path in files], learn, f"{name} has learnt")


async def _list(name: str | None, channel: str | None) -> None:
    async with _classroom(channel) as (teaching, scope):
        if name is None:
            await _list_everything(teaching)
            return
        expert, kept = await teaching.documents(scope, name)
        if not kept:
            click.echo(f"{expert.title} has no documents.")
            return
        when = "for every question" if expert.always_consult else "where they help"
        click.echo(f"{expert.title} consults its documents {when}.")
        _print([(one.document, _origin(one, scope)) for one in kept])


async def _list_everything(teaching: ExpertDocuments) -> None:
    found = await teaching.all_collections()
    rows = [(one, _place(each.owner)) for each, documents in found for one in documents]
    if rows:
        _print(rows)
    else:
        click.echo("No expert has documents.")


async def _remove(name: str, documents: Sequence[str], channel: str | None) -> None:
    async with _classroom(channel) as (teaching, scope):
        for wanted in documents:
            removed = await teaching.remove(scope, name, wanted, None)
            click.echo(f"{removed.name} removed.")


async def _reindex(name: str, documents: Sequence[str], channel: str | None) -> None:
    async with _classroom(channel) as (teaching, scope):
        _, kept = await teaching.documents(scope, name)
        wanted = documents or [one.document.id for one in kept if one.is_own]

        async def read_anew(document: str) -> Document:
            return await teaching.reindex(scope, name, document, None)

        await _each("Reading", wanted, read_anew, f"{name} has read anew")


async def _consult(name: str, channel: str | None, *, always: bool) -> None:
    async with _classroom(channel) as (teaching, scope):
        expert = await teaching.set_always(scope, name, None, always=always)
        when = "for every question" if always else "where they help"
        click.echo(f"{expert.title} consults its documents {when}.")


async def _each(verb: str, names: Sequence[str], deed: Deed, done: str) -> None:
    """Do *deed* for each name, some at once, under a progress bar; tell what went wrong."""
    turns = asyncio.Semaphore(_AT_ONCE)
    problems: list[str] = []

    async def do(name: str) -> None:
        async with turns:
            try:
                document = await deed(name)
            except PanelError as error:
                problems.append(f"{Path(name).name}: {error}")
            else:
                problems.extend(_unfinished(document))
            progress.advance(task)

    with progress_bar() as progress:
        task = progress.add_task(verb, total=len(names))
        async with asyncio.TaskGroup() as tasks:
            for name in names:
                tasks.create_task(do(name))
    click.echo(f"{done} {len(names) - len(problems)} of {len(names)} documents.")
    if problems:
        raise Refused("\n".join(problems))


def _unfinished(document: Document) -> list[str]:
    match document.state:
        case DocumentState.READY:
            return []
        case DocumentState.INDEXING:
            return [f"{document.name}: is still being read; `panelbot knowledge list` tells more."]
        case DocumentState.FAILED:
            return [f"{document.name}: {document.problem}."]


def _print(rows: Sequence[tuple[Document, str]]) -> None:
    for document, origin in rows:
        state = f"{document.state}: {document.problem}" if document.problem else document.state
        size = f"{document.size / 1024:.1f} kB" if document.size else "size unknown"
        click.echo(f"{document.name}  ({origin}; {size}; {state}; {document.id})")


def _origin(kept: ExpertDocument, scope: Scope) -> str:
    return _where(scope) if kept.is_own else "inherited"


def _place(holder: CollectionOwner) -> str:
    return f"{holder.expert}, {_where(holder.scope)}"


def _where(scope: Scope) -> str:
    return f"channel {scope.channel_id}" if isinstance(scope, ChannelScope) else "all channels"


@asynccontextmanager
async def _classroom(channel: str | None) -> AsyncIterator[tuple[ExpertDocuments, Scope]]:
    async with open_documents(settings(*SLACK_OUT, *MODEL, *STORE)) as (team, teaching):
        yield teaching, ChannelScope(team, channel) if channel else WorkspaceScope(team)
