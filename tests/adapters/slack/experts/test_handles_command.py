"""Handles, made and removed in a local Slack."""

from dataclasses import replace

import pytest

from bot.adapters.slack.experts.command_parsing import Order, parse
from bot.adapters.slack.interactions.responder import Requester
from bot.experts import library
from bot.panel.errors import MessengerUnavailable, Refused
from bot.panel.messaging.handles import Handle
from bot.panel.model import UserId
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.slack.hazards import Ending, Fault
from bot.playground.slack.workspace.company import ADA, BOT_USER, DEV, GENERAL
from tests import slack_faults as hazards
from tests.fakes.panel_store import FakePanelStore
from tests.panel_editors import panel_editor

ADMIN = Requester(UserId(ADA), "T0ACME", GENERAL, "", BOT_USER)
MEMBER = Requester(UserId(DEV), "T0ACME", GENERAL, "", BOT_USER)
EVERYWHERE = WorkspaceScope("T0ACME")


class Office:
    """A desk that takes commands, and what Slack has of it."""

    def __init__(self, neighbour, kept_in=""):
        known, defaults = library.library(), library.defaults()
        admins = frozenset({ADMIN.user})
        self.editor = panel_editor(
            FakePanelStore(), neighbour.people, known, defaults, admins=admins, kept_in=kept_in
        )
        self.desk = neighbour.command(self.editor)
        self.handles = neighbour.handles(self.editor)
        self.store = neighbour.handle_store
        self.slack = neighbour.slack

    async def order(self, words, giver=ADMIN):
        answer = await self.desk.carry_out(parse(words), giver)
        return answer.text if answer else ""

    @property
    def group(self):
        (group,) = self.slack.workspace.user_groups.values()
        return group

    async def known(self):
        """What is known of the only group, if anything."""
        return (await self.store.find("T0ACME", {self.group["id"]})).get(self.group["id"])

    def whispered(self):
        return [message.text for message in self.slack.workspace.ephemeral(ADA)]

    async def edited(self, **changes):
        """Let the default `legal` be edited."""
        now = await self.editor.find(EVERYWHERE, "legal")
        return await self.editor.edit(EVERYWHERE, replace(now, **changes), ADMIN.user)


@pytest.fixture
def office(neighbour):
    return Office(neighbour)


async def test_a_handle_is_made_disabled_and_taken_up_again(office):
    assert "@panel-legal" in await office.order("handle legal on")
    assert office.group["name"] == "Panel: Legal Counsel (legal)"
    assert await office.known() == Handle(office.group["id"], "legal", "panel-legal")

    assert "gone" in await office.order("handle legal off")
    assert office.group["date_delete"]
    assert await office.known() is None
    assert "has no handle" in await office.order("handle legal off")

    await office.order("handle legal on")
    assert not office.group["date_delete"]


async def test_a_panel_that_is_kept_in_a_file_may_have_handles(neighbour):
    filed = Office(neighbour, kept_in="panel.yaml")

    assert "answers to `@panel-legal`" in await filed.order("handle legal on")


async def test_only_admins_decide_about_handles_but_everybody_may_ask(office):
    with pytest.raises(Refused, match="admins"):
        await office.order("handle legal on", MEMBER)
    assert "has no handle" in await office.order("handle legal", MEMBER)


async def test_what_others_did_to_the_group_is_said(office):
    await office.order("handle legal on")
    office.group["handle"] = "lawyers"
    assert "@lawyers" in await office.order("handle legal")
    assert (await office.known()).name == "lawyers"

    office.group["date_delete"] = 1
    assert "disabled" in await office.order("handle legal")


async def test_a_group_that_somebody_else_created_is_left_alone(office):
    await office.order("handle legal on")
    await office.order("handle legal off")
    office.group["created_by"] = ADA

    with pytest.raises(Refused, match="not made"):
        await office.order("handle legal on")


async def test_a_name_that_a_channel_has_is_refused(office):
    office.slack.workspace.channels[GENERAL].name = "panel-legal"

    with pytest.raises(Refused, match="taken"):
        await office.order("handle legal on")


@pytest.mark.parametrize(
    ("method", "code", "said"),
    [
        ("usergroups.list", "plan_upgrade_required", "paid plans"),
        ("usergroups.create", "paid_teams_only", "paid plans"),
        ("usergroups.create", "permission_denied", "does not let me"),
        ("usergroups.create", "no_permission", "does not let me"),
        ("usergroups.create", "forbidden_handle", "another name"),
        ("usergroups.create", "subteam_max_reached", "as many user groups"),
    ],
)
async def test_what_slack_does_not_allow_is_said_in_a_sentence(office, method, code, said):
    office.slack.hazards.on(method, hazards.error(code))

    with pytest.raises(Refused, match=said):
        await office.order("handle legal on")
    assert await office.handles.names("T0ACME") == {}


async def test_without_the_scopes_it_says_which_are_lacking(office):
    office.slack.state.scopes -= {"usergroups:read", "usergroups:write"}

    with pytest.raises(Refused, match="usergroups:write"):
        await office.order("handle legal on")


async def test_a_group_whose_creation_got_no_answer_is_used(office):
    office.slack.hazards.on("usergroups.create", hazards.server_error(after_effect=True))
    with pytest.raises(MessengerUnavailable):
        await office.order("handle legal on")

    await office.order("handle legal on")

    assert await office.known()


async def test_a_group_that_another_process_has_just_made_is_taken_up(office):
    quicker = Fault(Ending.ERROR, after_effect=True, error="handle_already_exists")
    office.slack.hazards.on("usergroups.create", quicker)

    assert "@panel-legal" in await office.order("handle legal on")

    assert await office.known()


async def test_a_group_that_somebody_has_just_disabled_is_disabled(office):
    await office.order("handle legal on")
    fault = Fault(Ending.ERROR, after_effect=True, error="already_disabled")
    office.slack.hazards.on("usergroups.disable", fault)

    assert "gone" in await office.order("handle legal off")


async def test_an_expert_removed_everywhere_loses_its_handle_and_gets_it_back(office):
    await office.order("handle legal on")

    await office.desk.carry_out(Order("remove", "legal", for_defaults=True), ADMIN)
    assert office.group["date_delete"]
    assert await office.handles.names("T0ACME") == {}

    await office.desk.carry_out(Order("add", "legal"), MEMBER)
    assert not office.group["date_delete"]
    assert await office.handles.names("T0ACME") == {"legal": "panel-legal"}


async def test_an_expert_removed_from_one_channel_keeps_its_handle(office):
    await office.order("handle legal on")

    await office.order("remove legal", MEMBER)

    assert not office.group["date_delete"]


async def test_the_group_is_called_as_its_expert_is(office):
    await office.order("handle legal on")

    await office.handles.follow(await office.edited(title="In-house Lawyer"), ADMIN)

    assert office.group["name"] == "Panel: In-house Lawyer (legal)"


async def test_a_form_makes_and_removes_a_handle(office):
    change = await office.edited(purpose="Law.")

    await office.handles.follow(change, ADMIN, wanted=True)
    assert await office.handles.names("T0ACME") == {"legal": "panel-legal"}
    assert "@panel-legal" in office.whispered()[-1]

    await office.handles.follow(change, ADMIN, wanted=False)
    assert await office.handles.names("T0ACME") == {}


async def test_an_unwanted_earlier_handle_is_not_brought_back(office):
    await office.order("handle legal on")
    removed = await office.editor.remove(EVERYWHERE, "legal", ADMIN.user)
    await office.handles.follow(removed, ADMIN)
    added = await office.editor.add_from_library(EVERYWHERE, "legal", ADMIN.user)

    await office.handles.follow(added, ADMIN, wanted=False)

    assert await office.handles.names("T0ACME") == {}


async def test_a_change_counts_without_the_handle_and_its_giver_learns_why(office):
    office.slack.hazards.on("usergroups.create", hazards.error("paid_teams_only"))

    await office.handles.follow(await office.edited(purpose="Law."), ADMIN, wanted=True)

    assert "paid plans" in office.whispered()[-1]
    assert (await office.editor.find(EVERYWHERE, "legal")).purpose == "Law."


async def test_a_forged_form_gives_no_handle(office):
    change = Change(Verb.EDITED, EVERYWHERE, library.defaults()[0], MEMBER.user)

    await office.handles.follow(change, MEMBER, wanted=True)

    assert office.slack.workspace.user_groups == {}


async def test_a_form_asks_about_the_handle_only_if_the_user_may_decide(office):
    assert await office.handles.offer(MEMBER, None) is None
    assert await office.handles.offer(ADMIN, None) is False

    await office.order("handle legal on")
    assert await office.handles.offer(ADMIN, "legal") is True


async def test_the_list_tells_the_handle(office):
    await office.order("handle legal on")

    assert "`@panel-legal`" in await office.order("list")
    assert "panel-finance" not in await office.order("list")
