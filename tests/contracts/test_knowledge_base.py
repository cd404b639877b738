"""The promises of KnowledgeBase, on the fake and on the real adapter alike."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.panel.errors import Refused
from bot.panel.model import CollectionId, DocumentId, ExpertName
from bot.panel.roster.documents.knowledge import (
    Collection,
    CollectionOwner,
    DocumentState,
    KnowledgeBase,
    Upload,
)
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.openai.server import OpenAIPlayground
from tests.fakes.knowledge import FakeKnowledge
from tests.inspection.inspector import OpenAIInspector
from tests.openai_client import strict_client

LEGAL = CollectionOwner(ChannelScope("T1", "C1"), ExpertName("legal"))
EVERYWHERE = CollectionOwner(WorkspaceScope("T1"), ExpertName("legal"))
HANDBOOK = Upload("handbook.md", b"Thirty days of holiday.")
PRICES = Upload("Prices.md", b"Support costs 900 a year.")
NOWHERE = CollectionId("vs_0000")


@pytest.fixture(params=["fake", "playground"])
async def knowledge(
    request: pytest.FixtureRequest, openai_inspector: OpenAIInspector
) -> AsyncIterator[KnowledgeBase]:
    if request.param == "fake":
        yield FakeKnowledge()
        return
    async with (
        openai_inspector.watch(OpenAIPlayground()) as playground,
        strict_client(playground) as client,
    ):
        yield OpenAIKnowledge(client)


async def test_collections_are_found_again_by_whose_they_are(knowledge: KnowledgeBase) -> None:
    assert list(await knowledge.collections()) == []
    own, shared = await knowledge.create(LEGAL), await knowledge.create(EVERYWHERE)
    assert await knowledge.owner(own) == LEGAL
    assert await knowledge.owner(shared) == EVERYWHERE
    found = [Collection(own, LEGAL), Collection(shared, EVERYWHERE)]
    assert list(await knowledge.collections()) == found


async def test_what_is_gone_belongs_to_nobody_and_holds_nothing(knowledge: KnowledgeBase) -> None:
    own = await knowledge.create(LEGAL)
    await knowledge.discard(own)
    await knowledge.discard(own)
    assert await knowledge.owner(own) is None
    assert list(await knowledge.documents(own)) == []
    assert await knowledge.owner(NOWHERE) is None


async def test_documents_are_kept_and_listed_by_name(knowledge: KnowledgeBase) -> None:
    own = await knowledge.create(LEGAL)
    prices = await knowledge.add(own, PRICES)
    handbook = await knowledge.add(own, HANDBOOK)
    assert (handbook.name, handbook.size) == ("handbook.md", 23)
    assert handbook.state is DocumentState.READY
    assert list(await knowledge.documents(own)) == [handbook, prices]


async def test_each_collection_has_its_own_documents(knowledge: KnowledgeBase) -> None:
    own, shared = await knowledge.create(LEGAL), await knowledge.create(EVERYWHERE)
    await knowledge.add(own, HANDBOOK)
    assert list(await knowledge.documents(shared)) == []


async def test_a_removed_document_is_gone_however_often_it_is_removed(
    knowledge: KnowledgeBase,
) -> None:
    own = await knowledge.create(LEGAL)
    handbook = await knowledge.add(own, HANDBOOK)
    await knowledge.remove(own, handbook.id)
    await knowledge.remove(own, handbook.id)
    await knowledge.remove(own, DocumentId("file-none"))
    assert list(await knowledge.documents(own)) == []


async def test_a_document_can_be_read_anew(knowledge: KnowledgeBase) -> None:
    own = await knowledge.create(LEGAL)
    handbook = await knowledge.add(own, HANDBOOK)
    assert await knowledge.reindex(own, handbook) == handbook
    assert list(await knowledge.documents(own)) == [handbook]


@pytest.mark.parametrize(
    ("upload", "problem"),
    [
        (Upload("song.mp3", b"la"), "cannot be searched"),
        (Upload("empty.md", b""), "empty"),
        (Upload("old.md", b"\xfc"), "nothing could be read in it"),
        (Upload("blank.md", b" \n\t\r\n"), "no readable text in it"),
    ],
)
async def test_what_cannot_be_used_is_refused_and_not_kept(
    knowledge: KnowledgeBase, upload: Upload, problem: str
) -> None:
    own = await knowledge.create(LEGAL)
    with pytest.raises(Refused, match=problem):
        await knowledge.add(own, upload)
    assert list(await knowledge.documents(own)) == []
