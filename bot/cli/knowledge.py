"""``panelbot knowledge``: the experts' documents."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, progress_bar
from bot.cli.shared.listing import counted, json_option, print_json
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import find_channel
from bot.panel.errors import PanelError, Refused
from bot.panel.roster.documents.expert_documents import ExpertDocument, ExpertDocuments
from bot.panel.roster.documents.knowledge import CollectionOwner, Document, DocumentState, Upload
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope
from bot.settings.needs import MODEL, STORE

_CONCURRENCY = 4
_CHANNEL = click.option(
    "--channel", metavar="CHANNEL", help="This channel's expert, instead of the workspace's."
)
_NAME = click.argument("name")
_LOST = "the vector store has expired, or was deleted at the model service; add them again."

Action = Callable[[str], Coroutine[Any, Any, Document]]


@click.group()
def knowledge() -> None:
    """Manage the documents that experts search."""


@knowledge.command()
@_NAME
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@_CHANNEL
@workspace_option
@asynchronous()
async def add(name: str, files: Sequence[Path], channel: str | None) -> None:
    """Give the expert NAME these FILES, replacing those with the same name."""
    async with _open_documents(channel) as (expert_documents, scope):
        for path in files:  # before anything is sent
            expert_documents.check_document(path.name, path.stat().st_size)
        collection = await expert_documents.open(scope, name, None)

        async def upload(path: str) -> Document:
            content = await asyncio.to_thread(Path(path).read_bytes)
            return await expert_documents.add(collection, Upload(Path(path).name, content), None)

        await _for_each("Adding", [str(path) for path in files], upload, f"{name} now has")


@knowledge.command("list")
@click.argument("name", required=False)
@_CHANNEL
@json_option
@workspace_option
@asynchronous()
async def list_documents(name: str | None, channel: str | None, as_json: bool) -> None:
    """List the documents of the expert NAME, or of all experts."""
    async with _open_documents(channel) as (expert_documents, scope):
        if name is None:
            await _list_everything(expert_documents, as_json=as_json)
            return
        listed = await expert_documents.documents(scope, name)
        expert = listed.expert
        if as_json:
            print_json([_as_fields(kept.document, _origin(kept, scope)) for kept in listed.entries])
            return
        if listed.entries:
            when = "for every question" if expert.always_consult else "where they help"
            click.echo(f"{expert.title} consults its documents {when}.")
            _print([(kept.document, _origin(kept, scope)) for kept in listed.entries])
        elif not listed.lost:
            click.echo(f"{expert.title} has no documents.")
        if listed.lost:
            click.echo(f"{expert.title} has lost documents: {_LOST}")


@knowledge.command()
@_NAME
@click.argument("documents", nargs=-1, required=True)
@_CHANNEL
@workspace_option
@asynchronous()
async def remove(name: str, documents: Sequence[str], channel: str | None) -> None:
    """Remove DOCUMENTS, given by name or id, from the expert NAME."""
    async with _open_documents(channel) as (expert_documents, scope):
        for name_or_id in documents:
            removed = await expert_documents.remove(scope, name, name_or_id, None)
            click.echo(f"{removed.name} removed.")


@knowledge.command()
@_NAME
@click.argument("documents", nargs=-1)
@_CHANNEL
@workspace_option
@asynchronous()
async def reindex(name: str, documents: Sequence[str], channel: str | None) -> None:
    """Index DOCUMENTS of the expert NAME again; all of them, if none is named."""
    async with _open_documents(channel) as (expert_documents, scope):
        listed = await expert_documents.documents(scope, name)
        chosen = documents or [kept.document.id for kept in listed.entries if kept.is_own]

        async def reindex(document: str) -> Document:
            return await expert_documents.reindex(scope, name, document, None)

        await _for_each("Reading", chosen, reindex, f"{name}: indexed")


@knowledge.command()
@_NAME
@click.argument("when", type=click.Choice(["always", "when-useful"]))
@_CHANNEL
@workspace_option
@asynchronous()
async def consult(name: str, when: str, channel: str | None) -> None:
    """Set whether the expert NAME searches its documents for every question."""
    async with _open_documents(channel) as (expert_documents, scope):
        always = when == "always"
        expert = await expert_documents.set_always(scope, name, None, always=always)
        told = "for every question" if always else "where they help"
        click.echo(f"{expert.title} consults its documents {told}.")


async def _list_everything(expert_documents: ExpertDocuments, *, as_json: bool) -> None:
    everything = await expert_documents.all_collections()
    rows = [
        (document, _place(collection.owner))
        for collection, documents in everything
        if not collection.expired
        for document in documents
    ]
    if as_json:
        print_json([_as_fields(document, origin) for document, origin in rows])
        return
    expired = [collection for collection, _ in everything if collection.expired]
    _print(rows)
    for collection in expired:
        click.echo(f"{_place(collection.owner)}: {_LOST}  ({collection.id})")
    if not rows and not expired:
        click.echo("No expert has documents.")


async def _for_each(verb: str, names: Sequence[str], action: Action, done: str) -> None:
    """Run *action* for each name, some in parallel, under a progress bar; report problems."""
    slots = asyncio.Semaphore(_CONCURRENCY)
    problems: list[str] = []

    async def do(name: str) -> None:
        async with slots:
            try:
                document = await action(name)
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
    click.echo(f"{done} {len(names) - len(problems)} of {counted(len(names), 'document')}.")
    if problems:
        raise Refused("\n".join(problems))


def _unfinished(document: Document) -> list[str]:
    match document.state:
        case DocumentState.READY:
            return []
        case DocumentState.INDEXING:
            return [f"{document.name}: still being indexed: see `panelbot knowledge list`."]
        case DocumentState.FAILED:
            return [f"{document.name}: {document.problem}."]


def _print(rows: Sequence[tuple[Document, str]]) -> None:
    for document, origin in rows:
        state = f"{document.state}: {document.problem}" if document.problem else document.state
        size = f"{document.size / 1024:.1f} kB" if document.size else "size unknown"
        click.echo(f"{document.name}  ({origin}; {size}; {state}; {document.id})")


def _as_fields(document: Document, origin: str) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "of": origin,
        "bytes": document.size or None,
        "state": document.state,
        "problem": document.problem or None,
    }


def _origin(kept: ExpertDocument, scope: Scope) -> str:
    return _where(scope) if kept.is_own else "inherited"


def _place(owner: CollectionOwner) -> str:
    return f"{owner.expert}, {_where(owner.scope)}"


def _where(scope: Scope) -> str:
    return f"channel {scope.channel_id}" if isinstance(scope, ChannelScope) else "all channels"


@asynccontextmanager
async def _open_documents(channel: str | None) -> AsyncIterator[tuple[ExpertDocuments, Scope]]:
    config, identity = await of_workspace(*MODEL, *STORE)
    async with lazily.operator.open_documents(config, identity) as (workspace, documents):
        scope: Scope = WorkspaceScope(workspace.team_id)
        if channel:
            scope = ChannelScope(workspace.team_id, find_channel(channel, workspace))
        yield documents, scope
