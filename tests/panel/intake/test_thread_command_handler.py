import pytest

from bot.panel.intake.thread_command_handler import ThreadCommandHandler
from bot.panel.intake.thread_commands import (
    AddExpert,
    Misspelt,
    PlainCommand,
    RemoveExpert,
    parse,
)
from bot.panel.model import UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing
from tests.fakes.audit_log import auditor
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.fakes.thread_store import FakeThreadStore
from tests.panel.conftest import EXPERTS, THREAD
from tests.panel_editors import panel_editor

MEMBER, GUEST = UserId("UMEMBER"), UserId("UGUEST")
FINANCE, LEGAL = EXPERTS


@pytest.fixture
def editor() -> PanelEditor:
    return panel_editor(FakePanelStore(), FakePeople(), EXPERTS, [LEGAL])


@pytest.fixture
def threads() -> FakeThreadStore:
    return FakeThreadStore()


@pytest.fixture
def desk(editor, threads) -> ThreadCommandHandler:
    return ThreadCommandHandler(editor, threads, auditor())


async def names(editor, where):
    return [expert.name for expert in (await editor.panel(where)).experts]


async def test_an_expert_joins_this_thread_only(desk, editor):
    said = await desk.perform(AddExpert("finance"), THREAD, [MEMBER])
    assert said == ":moneybag: **Finance Partner** joins this thread. Ask about: Costs."
    assert await names(editor, THREAD) == ["finance", "legal"]
    assert await names(editor, ChannelScope("T1", "C1")) == ["legal"]


async def test_an_expert_leaves_this_thread_only(desk, editor):
    said = await desk.perform(RemoveExpert("legal"), THREAD, [MEMBER])
    assert said == (
        ":scales: **Legal Counsel** has left this thread. The rest of the channel keeps it."
    )
    assert await names(editor, THREAD) == []
    assert await names(editor, ChannelScope("T1", "C1")) == ["legal"]


async def test_the_channel_is_not_said_to_keep_who_was_in_this_thread_only(desk):
    await desk.perform(AddExpert("finance"), THREAD, [MEMBER])
    said = await desk.perform(RemoveExpert("finance"), THREAD, [MEMBER])
    assert said == ":moneybag: **Finance Partner** has left this thread."


@pytest.mark.parametrize("command", [AddExpert("finance"), RemoveExpert("legal")])
async def test_a_command_repeated_after_a_crash_is_answered_as_the_first_time(desk, command):
    first = await desk.perform(command, THREAD, [MEMBER])

    assert await desk.perform(command, THREAD, [MEMBER], repeated=True) == first
    assert await desk.perform(command, THREAD, [MEMBER]) != first


@pytest.mark.parametrize(
    ("before", "command"),
    [
        (AddExpert("finance"), RemoveExpert("finance")),
        (RemoveExpert("legal"), AddExpert("legal")),
    ],
)
async def test_taking_a_change_back_can_be_repeated_too(desk, before, command):
    await desk.perform(before, THREAD, [MEMBER])
    first = await desk.perform(command, THREAD, [MEMBER])

    assert await desk.perform(command, THREAD, [MEMBER], repeated=True) == first


@pytest.mark.parametrize("command", [AddExpert("legal"), RemoveExpert("finance")])
async def test_what_was_refused_is_refused_again(desk, command):
    first = await desk.perform(command, THREAD, [MEMBER])

    assert await desk.perform(command, THREAD, [MEMBER], repeated=True) == first


async def test_the_list_shows_personas_names_and_purposes(desk):
    said = await desk.perform(PlainCommand.LIST_EXPERTS, THREAD, [GUEST])
    assert said == "On this panel:\n- :scales: **Legal Counsel** (`legal`): Licences."


async def test_an_empty_panel_says_what_to_do(desk):
    await desk.perform(RemoveExpert("legal"), THREAD, [MEMBER])
    assert "`add NAME` with a mention" in await desk.perform(
        PlainCommand.LIST_EXPERTS, THREAD, [MEMBER]
    )


async def test_help_is_there_for_everybody(desk):
    assert await desk.perform(PlainCommand.HELP, THREAD, [GUEST]) == sentences.usage()


async def test_muting_lasts_until_unmuting(desk, threads):
    assert await desk.perform(PlainCommand.MUTE, THREAD, [MEMBER]) == sentences.muted()
    assert await threads.standing(THREAD) is Standing.MUTED
    assert await desk.perform(PlainCommand.UNMUTE, THREAD, [MEMBER]) == sentences.unmuted()
    assert await threads.standing(THREAD) is Standing.OURS


@pytest.mark.parametrize(
    ("command", "user", "answer"),
    [
        (AddExpert("finace"), MEMBER, "Did you mean `finance`?"),
        (RemoveExpert("leagl"), MEMBER, "Did you mean `legal`?"),
        (Misspelt("remvoe", "remove legal"), GUEST, "`remvoe`. Did you mean `remove legal`?"),
        (parse("remvoe lgal"), GUEST, "`remvoe`. Did you mean `remove legal`?"),
        (parse("ad finanse"), GUEST, "`ad`. Did you mean `add finance`?"),
        (Misspelt("stpo", "stop"), GUEST, "I do not know `stpo`. Did you mean `stop`?"),
        (AddExpert("legal"), MEMBER, "on this panel already"),
        (AddExpert("finance"), GUEST, "Guests cannot"),
        (RemoveExpert("legal"), GUEST, "Guests cannot"),
    ],
)
async def test_a_refusal_is_the_answer_and_changes_nothing(desk, editor, command, user, answer):
    assert answer in await desk.perform(command, THREAD, [user])
    assert await names(editor, THREAD) == ["legal"]


@pytest.mark.parametrize(
    ("words", "is_meant"),
    [
        ("remvoe lgal", True),
        ("remvoe rust", False),
        ("add finance", True),
        ("add fynance", True),  # it is answered with a guess
        ("add “two numbers”", True),
        ("add two numbers", False),
        ("remove the pump", False),
        ("add Legal Counsel", True),
        ("stop", True),
        ("stpo", True),
        ("remvoe legal", True),
        ("ad Finance Partner", True),
        ("remvoe the pump", False),
    ],
)
async def test_several_words_are_a_name_if_an_expert_has_it(desk, words, is_meant):
    assert await desk.is_meant(parse(words), THREAD) is is_meant
