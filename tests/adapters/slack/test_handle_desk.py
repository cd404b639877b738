"""Handles, made and removed in a local Slack."""

import pytest

from bot import library
from bot.adapters.slack.command_words import HandleExpert, Order, RemoveExpert, parse
from bot.adapters.slack.giver import Giver
from bot.panel.errors import Refused
from bot.panel.model import UserId
from bot.panel.panel_editor import PanelEditor
from bot.playground.slack.company import ADA, BOT_USER, GENERAL
from tests.adapters.slack.test_command_desk import desk_of
from tests.fakes.panel_store import FakePanelStore

ADMIN = Giver(UserId(ADA), "T0ACME", GENERAL, "", BOT_USER)
MEMBER = Giver(UserId("U0NOBODY"), "T0ACME", GENERAL, "", BOT_USER)


@pytest.fixture
def desk(neighbour):
    known, defaults = library.library(), library.defaults()
    admins = frozenset({ADMIN.user})
    editor = PanelEditor(FakePanelStore(), neighbour.people, known, defaults, admins)
    return desk_of(neighbour, editor)


async def ordered(desk, words: str, giver: Giver = ADMIN) -> str:
    answer = await desk.carry_out(parse(words), giver)
    return answer.text if answer else ""


def groups(neighbour):
    return list(neighbour.slack.workspace.user_groups.values())


@pytest.mark.parametrize(
    ("words", "wanted"), [("legal on", True), ("legal OFF", False), ("legal", None)]
)
def test_a_handle_is_switched_or_shown(words, wanted):
    assert parse(f"handle {words}") == Order(HandleExpert("legal", wanted))


async def test_a_handle_is_made_disabled_and_taken_up_again(desk, neighbour):
    assert "@panel-legal" in await ordered(desk, "handle legal on")
    (group,) = groups(neighbour)
    assert await neighbour.handle_store.find("T0ACME", {group["id"]})

    assert "gone" in await ordered(desk, "handle legal off")
    assert group["date_delete"]
    assert not await neighbour.handle_store.find("T0ACME", {group["id"]})

    await ordered(desk, "handle legal on")
    assert groups(neighbour) == [group]
    assert not group["date_delete"]


async def test_what_others_did_to_the_group_is_said(desk, neighbour):
    await ordered(desk, "handle legal on")
    (group,) = groups(neighbour)
    group["handle"] = "lawyers"
    assert "@lawyers" in await ordered(desk, "handle legal")

    group["date_delete"] = 1
    assert "disabled" in await ordered(desk, "handle legal")


async def test_a_group_of_somebody_elses_is_left_alone(desk, neighbour):
    await ordered(desk, "handle legal on")
    await ordered(desk, "handle legal off")
    groups(neighbour)[0]["created_by"] = ADA

    with pytest.raises(Refused, match="not made"):
        await ordered(desk, "handle legal on")


async def test_without_the_scopes_it_says_which_are_lacking(desk, neighbour):
    neighbour.slack.site.scopes -= {"usergroups:read", "usergroups:write"}

    with pytest.raises(Refused, match="usergroups:write"):
        await ordered(desk, "handle legal on")


async def test_an_expert_removed_everywhere_loses_its_handle(desk, neighbour):
    await ordered(desk, "handle legal on")

    await desk.carry_out(Order(RemoveExpert("legal"), for_defaults=True), ADMIN)

    assert groups(neighbour)[0]["date_delete"]
    assert await neighbour.handle_store.of_expert("T0ACME", "legal") is None
