import asyncio

import pytest

from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.experts.command_parsing import Order
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Requester
from bot.experts import library
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    Refused,
    StoreUnavailable,
)
from bot.panel.model import Expert, ExpertName, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.slack.workspace.company import DEV, GENERAL
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor

HERE = ChannelScope("T0ACME", GENERAL)
GIVER = Requester(UserId(DEV), "T0ACME", GENERAL, "no-such-trigger", "U0BOT")


MEMBER = Requester(UserId("UMEMBER"), "T0ACME", GENERAL, "", "U0BOT")
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count.")


class SlowPeople(FakePeople):
    """So many that counting them takes a while."""

    def __init__(self) -> None:
        super().__init__()
        self.counted = asyncio.Event()
        self.problem: Exception | None = None
        self.counts = 0

    async def taken_names(self):
        if not self.counted.is_set():
            self.counts += 1
        await self.counted.wait()
        if self.problem:
            raise self.problem
        return await super().taken_names()


@pytest.fixture
def people() -> SlowPeople:
    return SlowPeople()


@pytest.fixture
def slow_form(neighbour, people) -> ExpertFormFlow:
    editor = panel_editor(FakePanelStore(), people, [], [])
    return neighbour.form(editor, timeout=0.01)


@pytest.fixture
def editor(neighbour) -> PanelEditor:
    known, defaults = library.library(), library.defaults()
    return panel_editor(FakePanelStore(), neighbour.people, known, defaults)


def test_a_command_is_about_its_channel_or_about_all():
    assert GIVER.scope(for_defaults=False) == HERE
    assert GIVER.scope(for_defaults=True) == WorkspaceScope("T0ACME")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("Not you."), "Not you."),
        (StoreUnavailable("redis:6379"), "my memory"),
        (MessengerUnavailable("timeout"), "cannot reach Slack"),
        (MessengerRefused("expired_trigger_id"), "too long"),
        (MessengerRefused("missing_scope"), "whoever runs me"),
    ],
)
def test_every_error_is_one_sentence_without_its_inside(error, said):
    sentence = error_sentence(error)
    assert said in sentence
    assert sentence.count(".") == 1
    assert not any(inside in sentence for inside in ("redis:6379", "timeout", "_"))


async def test_a_change_counts_although_the_channel_is_archived(neighbour, editor):
    neighbour.slack.workspace.channels[GENERAL].is_archived = True
    answer = await neighbour.command(editor).carry_out(Order("add", "writing"), GIVER)
    assert answer
    assert answer.text == "Done, but I could not tell the others in this channel."
    assert (await editor.panel(HERE)).find("writing")


async def test_a_change_that_cannot_be_announced_names_the_missing_permission(neighbour, editor):
    neighbour.slack.state.scopes.discard("chat:write")
    answer = await neighbour.command(editor).carry_out(Order("add", "writing"), GIVER)
    assert answer
    assert "the app lacks the permission `chat:write`" in answer.text


async def test_a_form_that_slack_does_not_open_is_an_error(neighbour, editor):
    command = neighbour.command(editor)
    with pytest.raises(MessengerRefused):
        await command.carry_out(Order("add"), GIVER)


async def test_a_form_that_would_keep_slack_waiting_is_given_back(slow_form, people):
    for _ in range(2):
        with pytest.raises(Refused, match="press the button again"):
            await slow_form.store(FormTarget(GENERAL), TAX, MEMBER)
    assert people.counts == 1
    people.counted.set()
    assert (await slow_form.store(FormTarget(GENERAL), TAX, MEMBER)).expert == TAX


async def test_names_that_cannot_be_looked_up_are_tried_again_with_the_form(slow_form, people):
    people.counted.set()
    people.problem = MessengerUnavailable("ratelimited")
    with pytest.raises(MessengerUnavailable):
        await slow_form.store(FormTarget(GENERAL), TAX, MEMBER)
    people.problem = None
    assert (await slow_form.store(FormTarget(GENERAL), TAX, MEMBER)).expert == TAX


async def test_the_channel_is_told_which_experts_an_expert_consults(neighbour, editor):
    command = neighbour.command(editor)

    told = await command.carry_out(Order("consults", "legal finance"), GIVER)

    assert told is None
    assert (await editor.find(HERE, "legal")).consults == ("finance",)
    (announced,) = neighbour.slack.workspace.messages(GENERAL)
    assert "It now consults `finance`" in announced.text


async def test_consults_without_names_explains_its_usage(neighbour, editor):
    command = neighbour.command(editor)
    told = await command.carry_out(Order("consults", "legal"), GIVER)
    assert "/experts consults NAME OTHER" in told.text
