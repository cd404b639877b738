"""Indexing documents again: cut off anywhere, none of them is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.panel.errors import PanelError, Refused
from bot.panel.model import CollectionId, DocumentId, ExpertName
from bot.panel.roster.documents.knowledge import CollectionOwner, Document, DocumentState, Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.openai.faults import Fault
from bot.playground.openai.server import OpenAIPlayground
from tests.eventually import eventually
from tests.inspection.inspector import OpenAIInspector
from tests.openai_client import strict_client
from tests.openai_faults import silence, status

OWNER = CollectionOwner(WorkspaceScope("T1"), ExpertName("legal"))
HANDBOOK = Upload("handbook.md", b"Thirty days of holiday.")
STORE, FILES = "/v1/vector_stores/*", "/v1/vector_stores/*/files"
REQUESTS = {
    "reading the metadata": f"GET {STORE}",
    "noting": f"POST {STORE}",
    "detaching": f"DELETE {FILES}/*",
    "attaching": f"POST {FILES}",
    "waiting": f"GET {FILES}/*",
}


@pytest.fixture
async def playground(openai_inspector: OpenAIInspector) -> AsyncIterator[OpenAIPlayground]:
    async with openai_inspector.watch(OpenAIPlayground()) as running:
        running.vector_stores.indexing = 0.05
        yield running


@pytest.fixture
async def client(playground: OpenAIPlayground) -> AsyncIterator[AsyncOpenAI]:
    async with strict_client(playground) as client:
        yield client


async def kept(knowledge: OpenAIKnowledge) -> tuple[CollectionId, Document]:
    collection = await knowledge.create(OWNER)
    return collection, await knowledge.add(collection, HANDBOOK)


def notes(playground: OpenAIPlayground, collection: CollectionId) -> list[str]:
    metadata = playground.vector_stores.kept[collection].metadata
    return [key for key in metadata if key.startswith("reindexing")]


async def test_a_document_that_is_indexed_again_leaves_no_note(
    playground: OpenAIPlayground, client: AsyncOpenAI
) -> None:
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    assert await knowledge.reindex(collection, document) == document
    assert await knowledge.documents(collection) == [document]
    assert notes(playground, collection) == []


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_document_is_kept_wherever_the_process_dies(
    playground: OpenAIPlayground, client: AsyncOpenAI, request_: str, after_effect: bool
) -> None:
    """A process that is cancelled while the server is silent has done no more than a dead one."""
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    seen = len(playground.requests)
    playground.faults.on(request_, silence(after_effect=after_effect))
    task = asyncio.create_task(knowledge.reindex(collection, document))
    await eventually(lambda: request_ in [one.name for one in playground.requests[seen:]])
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    (listed,) = await OpenAIKnowledge(client).documents(collection)
    assert (listed.id, listed.name, listed.size) == (document.id, document.name, document.size)
    if listed.state is DocumentState.FAILED:
        assert "interrupted" in listed.problem
    assert await OpenAIKnowledge(client).reindex(collection, listed) == document
    assert await knowledge.documents(collection) == [document]
    assert notes(playground, collection) == []


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("fault", [status(400), status(404)])
async def test_a_document_is_kept_whatever_the_server_refuses(
    playground: OpenAIPlayground, client: AsyncOpenAI, request_: str, fault: Fault
) -> None:
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    playground.faults.on(request_, fault)
    with suppress(PanelError):
        await knowledge.reindex(collection, document)
    playground.faults.clear()
    (listed,) = await knowledge.documents(collection)
    assert await knowledge.reindex(collection, listed) == document
    assert notes(playground, collection) == []


async def test_people_are_told_what_became_of_it(
    playground: OpenAIPlayground, client: AsyncOpenAI
) -> None:
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    playground.faults.on(f"POST {FILES}", status(503))
    with pytest.raises(Refused, match=r"`handbook\.md` could not be indexed again: .* is kept"):
        await knowledge.reindex(collection, document)


async def test_a_document_that_was_interrupted_can_be_removed(
    playground: OpenAIPlayground, client: AsyncOpenAI
) -> None:
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    playground.faults.on(f"POST {FILES}", status(503))
    with pytest.raises(Refused):
        await knowledge.reindex(collection, document)
    await knowledge.remove(collection, document.id)
    assert await knowledge.documents(collection) == []
    assert (playground.files.kept, notes(playground, collection)) == ({}, [])


async def test_so_many_documents_can_be_indexed_at_once_as_there_is_room_for_notes(
    playground: OpenAIPlayground, client: AsyncOpenAI
) -> None:
    knowledge = OpenAIKnowledge(client)
    collection = await knowledge.create(OWNER)
    uploads = [Upload(f"{number:02}.md", b"Zebra.") for number in range(15)]
    documents = await asyncio.gather(*(knowledge.add(collection, one) for one in uploads))
    *first, last = documents
    playground.faults.on(f"POST {FILES}", status(503), times=len(first))
    again = (knowledge.reindex(collection, one) for one in first)
    assert all(
        isinstance(error, Refused) for error in await asyncio.gather(*again, return_exceptions=True)
    )
    with pytest.raises(Refused, match="Too many documents wait"):
        await knowledge.reindex(collection, last)
    listed = await knowledge.documents(collection)
    assert [one.state for one in listed] == [*[DocumentState.FAILED] * 14, DocumentState.READY]


async def test_odd_notes_of_others_break_no_list(client: AsyncOpenAI) -> None:
    knowledge = OpenAIKnowledge(client)
    collection, document = await kept(knowledge)
    metadata = (await client.vector_stores.retrieve(collection)).metadata or {}
    for number, value in enumerate(["", "x", "x y", "² name", "9" * 500]):
        metadata[f"reindexing file-{number}"] = value
    await client.vector_stores.update(collection, metadata=metadata)
    listed = await knowledge.documents(collection)
    assert {one.id for one in listed} == {
        document.id,
        *(DocumentId(f"file-{number}") for number in range(5)),
    }
