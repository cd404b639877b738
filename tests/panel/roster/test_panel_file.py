from dataclasses import replace

import pytest

from bot.panel.errors import Refused
from bot.panel.kept import UnknownFields
from bot.panel.model import (
    CollectionId,
    Expert,
    ExpertName,
    Synthesis,
    ThreadRef,
    UserId,
)
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_file import FilePanelStore, PanelFile, PanelFileSync, merged
from bot.panel.roster.roster import ChannelScope, RosterChanges, Setting, WorkspaceScope
from tests.fakes.audit_log import auditor
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor

ADMIN, MEMBER, GUEST = UserId("UADMIN"), UserId("UMEMBER"), UserId("UGUEST")
ALL, HERE = WorkspaceScope("T1"), ChannelScope("T1", "C1")
THREAD = ThreadRef("T1", "C1", "1.0")
LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count.")
WRITING = Expert(ExpertName("writing"), "Editor", ":pencil2:", "Words.", "Cut.")
HANDBOOK = (CollectionId("vs_1"),)


def adding(*experts: Expert, **more) -> RosterChanges:
    return RosterChanges({one.name: one for one in experts}, **more)


FILE = PanelFile(adding(LEGAL), {"C1": adding(TAX)}, "the file panel.yaml")


@pytest.fixture
def store() -> FakePanelStore:
    return FakePanelStore()


@pytest.fixture
def editor(store) -> PanelEditor:
    panels = FilePanelStore(FILE, store)
    people, admins = FakePeople(), frozenset[UserId]()
    return panel_editor(panels, people, [WRITING], [], admins=admins, kept_in=FILE.kept_in)


async def names(editor, where):
    return [one.name for one in (await editor.panel(where)).experts]


async def test_the_panels_are_as_the_file_says_whatever_was_set_before(editor, store):
    await store.add(ALL, WRITING)
    await store.add(HERE, replace(TAX, instructions="Guess."))
    await store.add(ChannelScope("T1", "C2"), WRITING)

    assert await names(editor, ALL) == ["legal"]
    assert (await editor.panel(HERE)).experts == (LEGAL, TAX)
    assert await editor.changed_channels("T1") == [("C1", adding(TAX))]


@pytest.mark.parametrize("scope", [ALL, HERE])
async def test_nobody_changes_them_from_slack(editor, scope):
    refused = "This panel is kept in the file panel.yaml and can only be changed there."
    for change in (
        lambda by: editor.rights.check_may_change(scope, by),
        lambda by: editor.add(scope, WRITING, by),
        lambda by: editor.add_from_library(scope, "writing", by),
        lambda by: editor.edit(scope, LEGAL, by),
        lambda by: editor.remove(scope, "legal", by),
        lambda by: editor.choose(scope, "never", by, setting=Setting.SYNTHESIS),
        lambda by: editor.choose(scope, "on", by, setting=Setting.STREAMING),
        lambda by: editor.set_always_consult(scope, "legal", by, always=True),
    ):
        with pytest.raises(Refused) as refusal:
            await change(ADMIN)
        assert str(refusal.value) == refused


async def test_a_thread_still_has_changes_of_its_own(editor):
    await editor.add_from_library(THREAD, "writing", MEMBER)
    await editor.remove(THREAD, "legal", MEMBER)
    assert await names(editor, THREAD) == ["tax", "writing"]


async def test_an_expert_of_the_file_can_be_taught_where_the_file_has_it(editor):
    await editor.set_collections(ALL, "legal", ADMIN, HANDBOOK)

    taught = replace(LEGAL, collections=HANDBOOK)
    assert (await editor.panel(THREAD)).experts == (taught, TAX)
    with pytest.raises(Refused, match="kept in the file"):
        await editor.set_collections(HERE, "legal", ADMIN, HANDBOOK)
    with pytest.raises(Refused, match="Guests"):
        await editor.set_collections(HERE, "tax", GUEST, HANDBOOK)


async def test_a_channels_own_expert_keeps_the_documents_that_it_inherits(store):
    own = replace(LEGAL, purpose="Our law.")
    panels = FilePanelStore(PanelFile(adding(LEGAL), {"C1": adding(own)}), store)
    await store.add(ALL, replace(LEGAL, collections=HANDBOOK))

    (changes,) = await panels.changes([HERE])

    assert changes == adding(replace(own, collections=HANDBOOK))


async def test_what_is_written_knows_nothing_of_documents_and_threads(store):
    await store.add(ALL, replace(LEGAL, collections=HANDBOOK))
    await store.remove(HERE, LEGAL.name)
    await store.add(ChannelScope("T1", "C2"), TAX)
    await store.put(ChannelScope("T1", "C2"), RosterChanges())
    await store.add(THREAD, TAX)

    written = await PanelFileSync(store, auditor(), "T1").export()

    gone = RosterChanges(removed=frozenset({LEGAL.name}))
    assert written == PanelFile(adding(LEGAL), {"C1": gone})


async def test_what_is_brought_keeps_the_documents(store):
    await store.add(ALL, replace(LEGAL, collections=HANDBOOK))
    await store.add(HERE, WRITING)
    filing = PanelFileSync(store, auditor(), "T1")
    edited = replace(LEGAL, instructions="Read all.")

    wanted = PanelFile(adding(edited), {"C2": adding(edited)})
    await filing.apply(wanted, seen=await filing.export())

    taught = adding(replace(edited, collections=HANDBOOK))
    assert await store.changes([ALL, HERE, ChannelScope("T1", "C2")]) == [
        taught,
        RosterChanges(),
        taught,
    ]


async def test_nothing_is_brought_over_what_somebody_did_meanwhile(store):
    filing = PanelFileSync(store, auditor(), "T1")
    seen = await filing.export()
    await store.add(HERE, WRITING)

    with pytest.raises(Refused, match="look again"):
        await filing.apply(FILE, seen=seen)

    assert await store.changes([ALL]) == [RosterChanges()]


def test_what_a_file_does_not_speak_of_stays():
    now = PanelFile(
        adding(LEGAL, WRITING, removed=frozenset({TAX.name}), synthesis=Synthesis.NEVER),
        {"C1": adding(LEGAL), "C2": adding(WRITING, streaming=True)},
    )
    edited = replace(LEGAL, purpose="Licences.")
    file = PanelFile(
        adding(edited, TAX, removed=frozenset({WRITING.name})),
        {"C2": RosterChanges(streaming=False, synthesis=Synthesis.ALWAYS)},
    )

    assert merged(now, file) == PanelFile(
        adding(edited, TAX, removed=frozenset({WRITING.name}), synthesis=Synthesis.NEVER),
        {
            "C1": adding(LEGAL),
            "C2": adding(WRITING, streaming=False, synthesis=Synthesis.ALWAYS),
        },
    )


async def test_what_only_a_newer_version_knows_of_an_expert_outlives_a_file(store):
    newer = UnknownFields({"mood": "angry"})
    await store.add(ALL, replace(LEGAL, unknown=newer))
    await store.add(ALL, replace(WRITING, unknown=newer))
    sync = PanelFileSync(store, auditor(), "T1")

    changed = PanelFile(adding(replace(LEGAL, title="Law"), WRITING, TAX))
    await sync.apply(changed, seen=await sync.export())

    (defaults,) = await store.changes([ALL])
    unknown = {name: one.unknown for name, one in defaults.added.items()}
    assert unknown == {"legal": newer, "writing": newer, "tax": {}}
