from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.documents.knowledge import LARGEST, SEARCHABLE, OpenAIKnowledge
from bot.adapters.openai.documents.vector_stores import pack
from bot.panel.errors import ModelUnavailable, Refused
from bot.panel.model import CollectionId, ExpertName, ThreadRef
from bot.panel.roster.documents.knowledge import Collection, CollectionOwner, DocumentState, Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.openai.server import OpenAIPlayground
from tests.adapters.openai.canned_api import Answer, CannedApi
from tests.inspection.inspector import OpenAIInspector
from tests.openai_faults import status

HOLDER = CollectionOwner(WorkspaceScope("T1"), ExpertName("legal"))
HANDBOOK = Upload("handbook.md", b"Thirty days of holiday.")


@pytest.fixture
async def playground(openai_inspector: OpenAIInspector) -> AsyncIterator[OpenAIPlayground]:
    async with openai_inspector.watch(OpenAIPlayground()) as running:
        yield running


@pytest.fixture
async def local(playground: OpenAIPlayground) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        api_key=playground.api_key, base_url=playground.base_url, max_retries=0
    ) as client:
        yield client


@pytest.fixture
def stores(local: AsyncOpenAI) -> OpenAIKnowledge:
    return OpenAIKnowledge(local, timeout=0.05)


async def test_a_document_is_waited_for_until_it_is_indexed(
    playground: OpenAIPlayground, local: AsyncOpenAI
) -> None:
    playground.vector_stores.indexing = 0.15
    patient = OpenAIKnowledge(local)
    collection = await patient.create(HOLDER)
    assert (await patient.add(collection, HANDBOOK)).state is DocumentState.READY
    polls = [r for r in playground.requests if r.name == "GET /v1/vector_stores/*/files/*"]
    assert polls


async def test_what_takes_too_long_is_left_to_be_indexed(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    playground.vector_stores.indexing = 3600
    collection = await stores.create(HOLDER)
    assert (await stores.add(collection, HANDBOOK)).state is DocumentState.INDEXING
    (kept,) = await stores.documents(collection)
    assert kept.state is DocumentState.INDEXING


async def test_a_document_that_cannot_be_read_leaves_nothing_behind(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    collection = await stores.create(HOLDER)
    with pytest.raises(Refused, match="nothing could be read"):
        await stores.add(collection, Upload("scan.pdf", b"\xff\xd8"))
    assert playground.files.kept == {}


async def test_a_server_that_falls_silent_meanwhile_is_left_to_index(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    playground.vector_stores.indexing = 3600
    playground.faults.on("GET /v1/vector_stores/*/files/*", status(503))
    collection = await stores.create(HOLDER)
    assert (await stores.add(collection, HANDBOOK)).state is DocumentState.INDEXING
    assert len(playground.files.kept) == 1


async def test_what_the_server_gives_up_is_refused_and_not_kept(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    collection = await stores.create(HOLDER)
    for outcome in ("server_error", "cancelled"):
        playground.vector_stores.outcome = outcome
        with pytest.raises(Refused, match="gave it up; adding it again may help"):
            await stores.add(collection, HANDBOOK)
    assert playground.files.kept == {}


async def test_a_document_in_which_the_server_finds_no_text_is_refused(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    collection = await stores.create(HOLDER)
    for name, content in (("scan.pdf", b"\f \f"), ("blank.md", b" \n"), ("old.doc", b"\0")):
        with pytest.raises(Refused, match="no readable text in it"):
            await stores.add(collection, Upload(name, content))
    assert (await stores.add(collection, Upload("a.pdf", b"Page 1"))).state is DocumentState.READY
    assert len(playground.files.kept) == 1


async def test_a_server_that_does_not_tell_what_it_found_is_believed(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    collection = await stores.create(HOLDER)
    playground.faults.on("GET /v1/vector_stores/*/files/*/content", status(404))
    added = await stores.add(collection, Upload("scan.pdf", b"\f"))
    assert added.state is DocumentState.READY


async def test_what_takes_unusually_long_is_said_to_do_so(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    playground.vector_stores.indexing = 3600
    collection = await stores.create(HOLDER)
    added = await stores.add(collection, HANDBOOK)
    assert added.problem == ""
    playground.vector_stores.kept[collection].files[added.id].created_at -= 4000
    (kept,) = await stores.documents(collection)
    assert (kept.state, kept.problem[:29]) == (
        DocumentState.INDEXING,
        "this takes unusually long; if",
    )


async def test_an_expired_store_belongs_to_nobody_and_is_listed_as_expired(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    collection = await stores.create(HOLDER)
    playground.vector_stores.kept[collection].expired = True
    assert await stores.owner(collection) is None
    assert list(await stores.collections()) == [Collection(collection, HOLDER, expired=True)]


async def test_a_document_without_a_place_leaves_nothing_behind(
    playground: OpenAIPlayground, stores: OpenAIKnowledge
) -> None:
    with pytest.raises(Refused, match="please add it again"):
        await stores.add(CollectionId("vs_none"), HANDBOOK)
    assert playground.files.kept == {}


async def test_lists_of_many_pages_are_read_to_their_end(
    stores: OpenAIKnowledge,
) -> None:
    made = [await stores.create(HOLDER) for _ in range(101)]
    assert [one.id for one in await stores.collections()] == made


async def test_foreign_vector_stores_are_none_of_ours(
    stores: OpenAIKnowledge, local: AsyncOpenAI
) -> None:
    foreign = await local.vector_stores.create(metadata={"panelbot": "2 other T1"})
    bare = await local.vector_stores.create()
    assert await stores.collections() == []
    assert await stores.owner(CollectionId(foreign.id)) is None
    assert await stores.owner(CollectionId(bare.id)) is None


@pytest.mark.parametrize("ending", sorted(SEARCHABLE))
def test_what_vector_stores_take_is_taken(knowledge: OpenAIKnowledge, ending: str) -> None:
    knowledge.check(f"document.{ending.upper()}", LARGEST)


@pytest.mark.parametrize(
    ("name", "size", "problem"),
    [
        ("table.xlsx", 1, "of a kind that cannot be searched"),
        ("README", 1, "These can: doc, docx"),
        ("a.pdf", LARGEST + 1, "at most 32 MB"),
        ("a.pdf", 0, "not empty"),
    ],
)
def test_anything_else_is_refused_with_what_can_be_done(
    knowledge: OpenAIKnowledge, name: str, size: int, problem: str
) -> None:
    with pytest.raises(Refused, match=problem):
        knowledge.check(name, size)


def test_a_thread_has_no_documents() -> None:
    with pytest.raises(ValueError, match="a channel or to all channels"):
        pack(CollectionOwner(ThreadRef("T1", "C1", "1.0"), ExpertName("legal")))


async def test_an_outage_is_worth_another_try(knowledge: OpenAIKnowledge, api: CannedApi) -> None:
    api.will(Answer(503, {"error": {"message": "down"}}))
    with pytest.raises(ModelUnavailable):
        await knowledge.create(HOLDER)
