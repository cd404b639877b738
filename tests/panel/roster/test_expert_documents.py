import asyncio
from dataclasses import replace

import pytest

from bot.panel.errors import Refused
from bot.panel.model import CollectionId, ExpertName, UserId
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.documents.knowledge import CollectionOwner, Document, Upload
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from tests.fakes.audit_log import auditor
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel.conftest import EXPERTS
from tests.panel_editors import panel_editor

CHANNEL, EVERYWHERE = ChannelScope("T1", "C1"), WorkspaceScope("T1")
MEMBER, ADMIN, GUEST = UserId("UMEMBER"), UserId("UADMIN"), UserId("UGUEST")
HANDBOOK = Upload("handbook.md", b"Thirty days of holiday.")


class School:
    """A panel, and what its experts are taught."""

    def __init__(self, knowledge: FakeKnowledge) -> None:
        self.knowledge = knowledge
        self.editor = panel_editor(FakePanelStore(), FakePeople(), EXPERTS, EXPERTS)
        self.teaching = ExpertDocuments(self.editor, self.knowledge, auditor())

    async def teach(self, scope=CHANNEL, *uploads: Upload, by=MEMBER) -> CollectionId:
        collection = await self.teaching.open(scope, "legal", by)
        for upload in uploads or (HANDBOOK,):
            await self.teaching.add(collection, upload, by)
        return collection

    async def expert(self, scope=CHANNEL):
        return await self.editor.find(scope, "legal")

    async def names(self, scope=CHANNEL) -> list[tuple[str, bool]]:
        kept = (await self.teaching.documents(scope, "legal")).entries
        return [(one.document.name, one.is_own) for one in kept]


@pytest.fixture
def school() -> School:
    return School(FakeKnowledge())


async def test_a_taught_expert_uses_its_documents_in_that_scope_only(school: School):
    collection = await school.teach()
    assert (await school.expert()).collections == (collection,)
    assert (await school.expert(EVERYWHERE)).collections == ()
    assert await school.names() == [("handbook.md", True)]


async def test_a_second_lesson_goes_to_the_same_collection(school: School):
    first = await school.teach()
    assert await school.teach(CHANNEL, Upload("prices.md", b"900")) == first
    assert await school.names() == [("handbook.md", True), ("prices.md", True)]


async def test_a_channel_adds_to_what_its_expert_inherits_and_cannot_touch_that(school: School):
    shared = await school.teach(EVERYWHERE, by=ADMIN)
    own = await school.teach(CHANNEL, Upload("prices.md", b"900"))
    assert (await school.expert()).collections == (shared, own)
    assert await school.names() == [("prices.md", True), ("handbook.md", False)]
    assert await school.names(EVERYWHERE) == [("handbook.md", True)]
    with pytest.raises(Refused, match="defaults of all channels"):
        await school.teaching.remove(CHANNEL, "legal", "handbook.md", MEMBER)


async def test_a_document_of_the_same_name_makes_way(school: School):
    collection = await school.teach()
    await school.teach(CHANNEL, Upload("handbook.md", b"Thirty-one days."))
    (kept,) = await school.knowledge.documents(collection)
    assert kept.size == len(b"Thirty-one days.")


async def test_with_its_last_document_an_expert_has_none_at_all(school: School):
    await school.teach(CHANNEL, HANDBOOK, Upload("prices.md", b"900"))
    await school.teaching.remove(CHANNEL, "legal", "handbook.md", MEMBER)
    assert await school.names() == [("prices.md", True)]
    await school.teaching.remove(CHANNEL, "legal", "prices.md", MEMBER)
    assert (await school.expert()).collections == ()


async def test_a_channel_that_inherited_documents_goes_on_when_the_last_one_is_removed(
    school: School,
):
    shared = await school.teach(EVERYWHERE, by=ADMIN)
    own = await school.teach(CHANNEL, Upload("prices.md", b"900"))
    await school.teaching.remove(EVERYWHERE, "legal", "handbook.md", ADMIN)
    assert (await school.expert()).collections == (shared, own)
    assert await school.names() == [("prices.md", True)]
    assert await school.teach(EVERYWHERE, by=ADMIN) == shared
    assert await school.names() == [("prices.md", True), ("handbook.md", False)]


class SlowKnowledge(FakeKnowledge):
    """Others have their turn before and after a document is added."""

    async def add(self, collection: CollectionId, upload: Upload) -> Document:
        await asyncio.sleep(0)
        added = await super().add(collection, upload)
        await asyncio.sleep(0)
        return added


async def test_of_documents_of_one_name_that_come_at_once_one_stays():
    school = School(SlowKnowledge())
    collection = await school.teaching.open(CHANNEL, "legal", MEMBER)
    uploads = [Upload(name, b"text") for name in ("handbook.md", "a/handbook.md", "prices.md")] * 3
    await asyncio.gather(*(school.teaching.add(collection, upload, MEMBER) for upload in uploads))
    assert await school.names() == [("handbook.md", True), ("prices.md", True)]


@pytest.mark.parametrize("expired", [True, False])
async def test_documents_whose_place_is_lost_are_said_to_be_so_until_there_are_others(
    school: School, expired: bool
):
    lost = await school.teach()
    if expired:
        school.knowledge.shelves[lost].expired = True
    else:
        del school.knowledge.shelves[lost]
    listed = await school.teaching.documents(CHANNEL, "legal")
    assert (listed.entries, listed.lost) == ([], 1)
    opened = await school.teach()
    assert opened != lost
    assert (await school.expert()).collections == (opened,)
    assert (await school.teaching.documents(CHANNEL, "legal")).lost == 0


async def test_documents_that_are_left_are_listed_beside_those_that_are_lost(school: School):
    lost = await school.teach(EVERYWHERE, by=ADMIN)
    await school.teach(CHANNEL, Upload("prices.md", b"900"))
    school.knowledge.shelves[lost].expired = True
    listed = await school.teaching.documents(CHANNEL, "legal")
    assert ([one.document.name for one in listed.entries], listed.lost) == (["prices.md"], 1)


async def test_a_document_is_removed_and_read_anew_by_its_id_too(school: School):
    collection = await school.teach()
    (kept,) = await school.knowledge.documents(collection)
    await school.teaching.reindex(CHANNEL, "legal", kept.id, MEMBER)
    assert school.knowledge.reindexed == ["handbook.md"]
    removed = await school.teaching.remove(CHANNEL, "legal", kept.id, MEMBER)
    assert removed == kept


async def test_a_forgotten_collection_is_found_again(school: School):
    holder = CollectionOwner(CHANNEL, ExpertName("legal"))
    forgotten = await school.knowledge.create(holder)
    await school.knowledge.add(forgotten, HANDBOOK)
    assert await school.teach(CHANNEL, Upload("prices.md", b"900")) == forgotten
    assert await school.names() == [("handbook.md", True), ("prices.md", True)]


async def test_a_collection_that_is_gone_is_replaced(school: School):
    gone = await school.teach()
    school.knowledge.shelves.clear()
    opened = await school.teach(CHANNEL, Upload("prices.md", b"900"))
    assert opened != gone
    assert (await school.expert()).collections == (opened,)


class RacedKnowledge(FakeKnowledge):
    """Somebody else is always a moment faster."""

    async def create(self, holder: CollectionOwner) -> CollectionId:
        await super().create(holder)
        return await super().create(holder)


async def test_of_two_collections_begun_at_the_same_time_the_first_stays():
    school = School(RacedKnowledge())
    opened = await school.teaching.open(CHANNEL, "legal", MEMBER)
    assert [one.id for one in await school.knowledge.collections()] == [opened]


async def test_an_edit_keeps_the_documents(school: School):
    collection = await school.teach()
    now = await school.expert()
    await school.editor.edit(CHANNEL, EXPERTS[1], MEMBER)
    assert now.collections == (await school.expert()).collections == (collection,)


async def test_whether_documents_are_always_consulted_is_the_experts(school: School):
    await school.teach()
    assert not (await school.expert()).always_consult
    await school.teaching.set_always(CHANNEL, "legal", MEMBER, always=True)
    assert (await school.expert()).always_consult
    assert not (await school.expert(EVERYWHERE)).always_consult


@pytest.mark.parametrize(("scope", "by"), [(CHANNEL, GUEST), (EVERYWHERE, MEMBER)])
async def test_who_may_not_edit_an_expert_may_not_teach_it(school: School, scope, by):
    await school.teach(scope, by=None)
    for forbidden in (
        school.teaching.open(scope, "legal", by),
        school.teaching.remove(scope, "legal", "handbook.md", by),
        school.teaching.reindex(scope, "legal", "handbook.md", by),
        school.teaching.set_always(scope, "legal", by, always=True),
    ):
        with pytest.raises(Refused):
            await forbidden
    assert await school.names(scope) == [("handbook.md", True)]


async def test_a_document_that_is_not_there_is_said_to_be_so(school: School):
    await school.teach()
    with pytest.raises(Refused, match=r"no document `handbok\.md`\. Did you mean `handbook\.md`"):
        await school.teaching.remove(CHANNEL, "legal", "handbok.md", MEMBER)


async def test_what_cannot_be_kept_is_refused(school: School):
    with pytest.raises(Refused, match="cannot be searched"):
        await school.teach(CHANNEL, Upload("song.mp3", b"la"))
    with pytest.raises(Refused, match="cannot be searched"):
        school.teaching.check_document("song.mp3", 2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/hosts.md", "hosts.md"),
        ("C:\\Users\\a\\plan.md", "plan.md"),
        ("two\nlines\u202e.md", "two lines .md"),
        (f"{'x' * 200}.md", f"{'x' * 97}.md"),
    ],
)
async def test_a_documents_name_is_what_people_see_of_it(school: School, given: str, kept: str):
    await school.teach(CHANNEL, Upload(given, b"text"))
    assert await school.names() == [(kept, True)]


async def test_everything_is_listed_also_what_no_expert_uses(school: School):
    await school.teach()
    await school.editor.remove(CHANNEL, "legal", MEMBER)
    ((collection, documents),) = await school.teaching.all_collections()
    assert collection.owner == CollectionOwner(CHANNEL, ExpertName("legal"))
    assert [document.name for document in documents] == ["handbook.md"]


async def test_a_function_cannot_be_taught(school: School):
    legal = await school.expert()
    await school.editor._store.add(CHANNEL, replace(legal, function="legal"))
    with pytest.raises(Refused, match="is a function"):
        await school.teach()
