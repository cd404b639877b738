from dataclasses import replace

import pytest

from bot.panel.errors import Refused
from bot.panel.kept import UnknownFields
from bot.panel.messaging.people import Person, Role
from bot.panel.model import (
    CollectionId,
    Expert,
    ExpertName,
    Synthesis,
    ThreadRef,
    UserId,
)
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.expert_checks import MOST_EXPERTS
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, RosterChanges, Setting, WorkspaceScope
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor

ADMIN, MEMBER, GUEST, STRANGER = (
    UserId(f"U{role}") for role in ("ADMIN", "MEMBER", "GUEST", "STRANGER")
)
ALL = WorkspaceScope("T1")
HERE = ChannelScope("T1", "C1")
ELSEWHERE = ChannelScope("T1", "C2")
THREAD = ThreadRef("T1", "C1", "1.0")
LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
EDITOR = Expert(ExpertName("writing"), "Editor", ":pencil2:", "Words.", "Cut.")
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count.")


def editor_among(*people: Person, admins: frozenset[UserId] = frozenset()) -> PanelEditor:
    return panel_editor(
        FakePanelStore(), FakePeople(*people), [LEGAL, EDITOR], [LEGAL], admins=admins
    )


@pytest.fixture
def editor() -> PanelEditor:
    return editor_among()


async def names(editor, where):
    return [expert.name for expert in (await editor.panel(where)).experts]


async def test_a_change_tells_who_made_it(editor):
    change = await editor.add_from_library(HERE, "writing", MEMBER)
    assert change == Change(Verb.ADDED, HERE, EDITOR, MEMBER)


async def test_what_only_a_newer_version_knows_of_an_expert_outlives_a_change(editor):
    newer = UnknownFields({"mood": "angry"})
    await editor.add(HERE, replace(TAX, unknown=newer), MEMBER)

    await editor.edit(HERE, replace(TAX, title="Tax"), MEMBER)
    await editor.set_collections(HERE, "tax", MEMBER, (CollectionId("vs_1"),))

    expert = await editor.find(HERE, "tax")
    assert (expert.title, expert.unknown) == ("Tax", newer)


async def test_a_channels_change_reaches_its_threads_and_no_other_channel(editor):
    await editor.add(HERE, TAX, MEMBER)
    assert await names(editor, THREAD) == ["legal", "tax"]
    assert await names(editor, ELSEWHERE) == ["legal"]


async def test_a_thread_has_changes_of_its_own(editor):
    await editor.remove(THREAD, "legal", MEMBER)
    await editor.add_from_library(THREAD, "writing", MEMBER)
    assert await names(editor, THREAD) == ["writing"]
    assert await names(editor, HERE) == ["legal"]


async def test_a_list_tells_where_each_expert_comes_from(editor):
    await editor.add(ALL, TAX, ADMIN)
    await editor.edit(HERE, replace(LEGAL, purpose="Contracts."), MEMBER)
    listed = await editor.entries(THREAD)
    assert [(one.expert.name, one.origin) for one in listed] == [("legal", HERE), ("tax", ALL)]


@pytest.mark.parametrize("name", ["writing", "WRITING", "Editor", "editor"])
async def test_the_library_is_searched_by_name_and_title(editor, name):
    assert (await editor.add_from_library(HERE, name, MEMBER)).expert == EDITOR


async def test_an_inherited_expert_comes_back_as_it_was(editor):
    changed = replace(LEGAL, purpose="Our contracts.")
    await editor.edit(ALL, changed, ADMIN)
    await editor.add(ALL, TAX, ADMIN)
    for name in ("legal", "tax"):
        await editor.remove(HERE, name, MEMBER)
    assert [e.name for e in await editor.addable(HERE)] == ["legal", "tax", "writing"]
    await editor.add_from_library(HERE, "Tax Counsel", MEMBER)
    await editor.add_from_library(HERE, "legal", MEMBER)
    assert (await editor.panel(HERE)).experts == (changed, TAX)


async def test_an_edited_expert_keeps_its_name(editor):
    change = await editor.edit(HERE, replace(LEGAL, instructions="New."), MEMBER)
    assert (change.verb, change.expert.name) == (Verb.EDITED, "legal")
    assert (await editor.find(HERE, "legal")).instructions == "New."
    assert (await editor.find(ELSEWHERE, "legal")) == LEGAL


@pytest.mark.parametrize(
    ("expert", "field"),
    [
        (replace(TAX, name=ExpertName("legal")), "name"),
        (replace(TAX, name=ExpertName("ben")), "name"),
        (replace(TAX, name=ExpertName("everyone")), "name"),
        (replace(TAX, title="legal counsel"), "title"),
        (replace(TAX, title="Legal"), "title"),
        (replace(TAX, title="BEN"), "title"),
        (replace(TAX, icon="no icon"), "icon"),
    ],
)
async def test_an_expert_that_would_be_mistaken_is_refused(editor, expert, field):
    with pytest.raises(Refused) as refused:
        await editor.add(HERE, expert, MEMBER)
    assert refused.value.field == field
    assert await names(editor, HERE) == ["legal"]


async def test_the_library_gives_nobody_a_members_name():
    editor = editor_among(Person(UserId("UED"), "Editor", Role.MEMBER))
    with pytest.raises(Refused, match="Somebody here is called"):
        await editor.add_from_library(HERE, "writing", MEMBER)


async def test_near_misses_are_suggested(editor):
    for attempt in (
        editor.find(HERE, "leagl"),
        editor.remove(HERE, "lega", MEMBER),
        editor.edit(HERE, replace(LEGAL, name=ExpertName("leggal")), MEMBER),
    ):
        with pytest.raises(Refused, match="Did you mean `legal`"):
            await attempt
    with pytest.raises(Refused, match="Did you mean `writing`"):
        await editor.add_from_library(HERE, "writting", MEMBER)


async def test_who_is_there_already_is_not_added(editor):
    with pytest.raises(Refused, match="already"):
        await editor.add_from_library(HERE, "Legal Counsel", MEMBER)


@pytest.mark.parametrize(
    ("user", "where", "may"),
    [
        (ADMIN, ALL, True),
        (ADMIN, HERE, True),
        (MEMBER, ALL, False),
        (MEMBER, HERE, True),
        (MEMBER, THREAD, True),
        (GUEST, HERE, False),
        (GUEST, THREAD, False),
        (STRANGER, HERE, False),
        (STRANGER, ALL, False),
    ],
)
async def test_who_may_change_what(editor, user, where, may):
    attempts = [
        lambda: editor.rights.check_may_change(where, user),
        lambda: editor.add_from_library(where, "writing", user),
        lambda: editor.add(where, TAX, user),
        lambda: editor.edit(where, LEGAL, user),
        lambda: editor.remove(where, "legal", user),
        lambda: editor.choose(where, "never", user, setting=Setting.SYNTHESIS),
        lambda: editor.choose(where, "on", user, setting=Setting.STREAMING),
    ]
    for attempt in attempts:
        if may:
            await attempt()
        else:
            with pytest.raises(Refused):
                await attempt()
    unchanged = (await editor.panel(where)) == (await editor_among().panel(where))
    assert unchanged is not may


async def test_whoever_the_configuration_lists_may_change_the_defaults():
    editor = editor_among(admins=frozenset({MEMBER}))
    await editor.add(ALL, TAX, MEMBER)
    assert await names(editor, ELSEWHERE) == ["legal", "tax"]


def crowd(size: int) -> RosterChanges:
    names = [ExpertName(f"n{number:03}") for number in range(size)]
    return RosterChanges({one: replace(TAX, name=one, title=f"No {one[1:]}") for one in names})


@pytest.mark.parametrize("where", [ALL, HERE, THREAD], ids=["defaults", "channel", "thread"])
async def test_a_panel_has_an_end(editor, where):
    await editor._store.put(where, crowd(MOST_EXPERTS - 1))  # and the one of the library
    with pytest.raises(Refused, match="at most 500"):
        await editor.add(where, TAX, ADMIN)
    with pytest.raises(Refused, match="at most 500"):
        await editor.add_from_library(where, "writing", ADMIN)
    await editor.edit(where, replace(LEGAL, purpose="Still."), ADMIN)

    await editor.remove(where, "n007", ADMIN)
    await editor.add(where, TAX, ADMIN)
    assert len(await names(editor, where)) == MOST_EXPERTS


@pytest.mark.parametrize("inner", [HERE, THREAD], ids=["channel", "thread"])
async def test_what_a_panel_inherits_counts(editor, inner):
    await editor._store.put(ALL, crowd(MOST_EXPERTS - 3))
    await editor.add(inner, TAX, MEMBER)
    await editor.add_from_library(inner, "writing", MEMBER)
    with pytest.raises(Refused, match="at most 500"):
        await editor.add(inner, replace(TAX, name=ExpertName("more"), title="More"), MEMBER)
    await editor.remove(inner, "n003", MEMBER)
    await editor.add(inner, replace(TAX, name=ExpertName("more"), title="More"), MEMBER)
    with pytest.raises(Refused, match="at most 500"):
        await editor.add_from_library(inner, "n003", MEMBER)


async def test_the_defaults_leave_room_for_what_channels_have(editor):
    await editor._store.put(HERE, crowd(MOST_EXPERTS - 1))
    with pytest.raises(Refused, match="channel `C1` would have more than 500"):
        await editor.add(ALL, TAX, ADMIN)
    await editor.edit(ALL, replace(LEGAL, purpose="Still."), ADMIN)
    known = replace(TAX, name=ExpertName("n003"), title="Three")
    await editor.add(ALL, known, ADMIN)  # the channel has one of that name

    await editor.remove(HERE, "n007", MEMBER)
    await editor.add(ALL, TAX, ADMIN)
    assert len(await names(editor, HERE)) == MOST_EXPERTS


async def test_a_panel_that_is_too_large_goes_on_with_its_own(editor, caplog):
    await editor._store.put(ALL, crowd(MOST_EXPERTS))
    await editor._store.put(HERE, RosterChanges({TAX.name: TAX}))
    panel = await editor.panel(HERE)
    assert (len(panel.experts), panel.left_out) == (MOST_EXPERTS, 2)
    assert panel.find("tax")
    assert not panel.find("n499")
    assert panel == await editor.panel(HERE)
    assert {record.left_out for record in caplog.records if record.msg == "panel.too_large"} == {2}

    with pytest.raises(Refused, match="at most 500"):
        await editor.add_from_library(HERE, "writing", MEMBER)
    await editor.edit(HERE, replace(TAX, purpose="Still."), MEMBER)
    await editor.remove(HERE, "n000", MEMBER)
    assert (await editor.panel(HERE)).left_out == 1


async def test_the_synthesis_is_one_of_three(editor):
    await editor.choose(HERE, "Always", MEMBER, setting=Setting.SYNTHESIS)
    assert (await editor.panel(THREAD)).synthesis is Synthesis.ALWAYS
    with pytest.raises(Refused, match="one of these: `auto`, `always`, or `never`"):
        await editor.choose(HERE, "sometimes", MEMBER, setting=Setting.SYNTHESIS)


async def test_streaming_is_on_off_or_as_around(editor):
    assert (await editor.panel(THREAD)).streaming is None
    await editor.choose(ALL, "on", ADMIN, setting=Setting.STREAMING)
    assert (await editor.panel(THREAD)).streaming is True
    await editor.choose(HERE, "OFF", MEMBER, setting=Setting.STREAMING)
    assert (await editor.panel(THREAD)).streaming is False
    await editor.choose(HERE, "default", MEMBER, setting=Setting.STREAMING)
    assert (await editor.panel(THREAD)).streaming is True
    with pytest.raises(Refused, match="`default`"):
        await editor.choose(HERE, "sometimes", MEMBER, setting=Setting.STREAMING)


async def test_rules_of_a_channel_come_after_those_for_all(editor):
    assert (await editor.panel(THREAD)).rules == ()
    await editor.set_rules(HERE, "  Always ask legal.\r\n\r\nNo jokes. ", MEMBER)
    await editor.set_rules(ALL, "At most two.", ADMIN)
    assert (await editor.panel(THREAD)).rules == ("At most two.", "Always ask legal.\n\nNo jokes.")
    assert await editor.set_rules(HERE, " \n", MEMBER) is None
    assert (await editor.panel(THREAD)).rules == ("At most two.",)
    with pytest.raises(Refused, match="at most 2,000 characters; these have 2,001"):
        await editor.set_rules(HERE, "x" * 2_001, MEMBER)
    with pytest.raises(Refused):
        await editor.set_rules(ALL, "", MEMBER)


async def test_a_function_keeps_answering_when_its_looks_are_edited():
    orders = replace(TAX, name=ExpertName("orders"), instructions="", function="orders")
    editor = panel_editor(FakePanelStore(), FakePeople(), [orders], [])
    await editor.add_from_library(HERE, "orders", MEMBER)

    await editor.edit(HERE, replace(orders, title="Order Desk", function=None), MEMBER)

    (expert,) = (await editor.panel(HERE)).experts
    assert (expert.title, expert.function, expert.instructions) == ("Order Desk", "orders", "")


async def test_it_is_set_by_name_or_title_whom_an_expert_consults(editor):
    await editor.add(HERE, TAX, MEMBER)
    change = await editor.set_consulted(HERE, "legal", ["Tax Counsel"], MEMBER)
    assert (change.verb, change.expert.consults) == (Verb.EDITED, ("tax",))
    assert (await editor.find(THREAD, "legal")).consults == ("tax",)
    assert (await editor.find(ELSEWHERE, "legal")).consults == ()

    await editor.set_consulted(HERE, "legal", [], MEMBER)
    assert (await editor.find(HERE, "legal")).consults == ()


@pytest.mark.parametrize(
    ("name", "consulted", "by", "why"),
    [
        ("tax", ["legal"], MEMBER, "Tax Counsel → Legal Counsel → Tax Counsel"),
        ("tax", ["taxi"], MEMBER, "no expert `taxi`.* Did you mean `tax`"),
        ("nobody", ["legal"], MEMBER, "no expert `nobody`"),
        ("tax", ["legal"], GUEST, "Guests"),
    ],
)
async def test_who_cannot_be_consulted_is_refused(editor, name, consulted, by, why):
    await editor.add(HERE, TAX, MEMBER)
    await editor.set_consulted(HERE, "legal", ["tax"], MEMBER)
    with pytest.raises(Refused, match=why):
        await editor.set_consulted(HERE, name, consulted, by)
    assert (await editor.find(HERE, "tax")).consults == ()


async def test_a_form_cannot_close_a_circle_either(editor):
    await editor.add(HERE, replace(TAX, consults=(LEGAL.name,)), MEMBER)
    with pytest.raises(Refused, match="consulting itself") as refused:
        await editor.edit(HERE, replace(LEGAL, consults=(TAX.name,)), MEMBER)
    assert refused.value.field == "consults"


async def test_documents_do_not_change_whom_an_expert_consults(editor):
    await editor.add(HERE, TAX, MEMBER)
    await editor.set_consulted(HERE, "legal", ["tax"], MEMBER)
    equipped = await editor.set_always_consult(HERE, "legal", MEMBER, always=True)
    assert equipped.consults == ("tax",)


async def test_a_function_cannot_be_let_consult_anybody():
    orders = replace(TAX, name=ExpertName("orders"), instructions="", function="orders")
    editor = panel_editor(FakePanelStore(), FakePeople(), [orders], [LEGAL])
    await editor.add_from_library(HERE, "orders", MEMBER)
    with pytest.raises(Refused, match="is a function"):
        await editor.set_consulted(HERE, "orders", ["legal"], MEMBER)
