"""One entry of the table makes a subcommand: read, explained, carried out and announced."""

from dataclasses import dataclass, field

import pytest

from bot.adapters.slack.experts.budget_command import BudgetCommand
from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.panel_settings import SETTINGS, PanelSetting
from bot.adapters.slack.interactions.responder import Requester
from bot.panel.errors import Refused
from bot.panel.model import UserId
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.panel.routing.learning import Learning
from bot.playground.slack.workspace.company import DEV, GENERAL
from tests.fakes.audit_log import auditor
from tests.fakes.panel_store import FakePanelStore
from tests.panel_editors import panel_editor

HERE, EVERYWHERE = ChannelScope("T0ACME", GENERAL), WorkspaceScope("T0ACME")
MEMBER = Requester(UserId(DEV), "T0ACME", GENERAL, "", "U0BOT")


@dataclass
class Tone:
    """What has been set of a setting that the bot does not have."""

    changes: list[tuple[object, str, UserId]] = field(default_factory=list)

    async def set(self, editor, scope, value, by):
        await editor.rights.check_may_change(HERE, by)
        if value.casefold() not in {"formal", "casual"}:
            raise Refused("The tone is one of `formal` and `casual`.")
        self.changes.append((scope, value.casefold(), by))

    def setting(self) -> PanelSetting:
        return PanelSetting(
            word="tone",
            values={"formal": lambda: "no jokes", "casual": lambda: "a joke now and then"},
            help=lambda: "`/experts tone formal` or `casual`: how the experts write",
            set=self.set,
            for_channel=lambda **names: "{person} set *{setting}* here: {meaning}.".format(**names),
            for_defaults=lambda **names: "{person} set *{setting}*: {meaning}.".format(**names),
        )


@pytest.fixture
def tone() -> Tone:
    return Tone()


@pytest.fixture
def command(neighbour, tone) -> ExpertsCommand:
    editor = panel_editor(FakePanelStore(), neighbour.people, [], [])
    parts = neighbour.documents(editor), neighbour.handles(editor)
    forms = neighbour.form(editor), neighbour.rules(editor)
    table = (*SETTINGS, tone.setting())
    budgets = BudgetCommand(editor, neighbour.ledger)
    learnt = ExamplesCommand(neighbour.corrections, Learning.OFF, editor.rights, auditor())
    of_workspace = neighbour.settings(editor)
    return ExpertsCommand(
        editor, *parts, *forms, neighbour.responder, budgets, learnt, of_workspace, settings=table
    )


@pytest.mark.parametrize(
    ("written", "scope", "announced"),
    [
        ("tone Casual", HERE, f"<@{DEV}> set *casual* here: a joke now and then."),
        ("default tone formal", EVERYWHERE, f"<@{DEV}> set *formal*: no jokes."),
    ],
)
async def test_a_new_entry_is_set_and_announced(
    command, tone, neighbour, written, scope, announced
):
    assert await command.run(written, MEMBER) is None

    value = written.split()[-1].casefold()
    assert tone.changes == [(scope, value, DEV)]
    (message,) = neighbour.slack.workspace.messages(GENERAL)
    assert message.text == announced


async def test_a_new_entry_has_its_line_in_the_help(command):
    answer = await command.run("help", MEMBER)
    assert "• `/experts tone formal` or `casual`: how the experts write" in answer.text


async def test_a_new_entry_is_suggested_for_a_typing_error(command):
    answer = await command.run("toen formal", MEMBER)
    assert "I do not know `toen`. Did you mean `tone`?" in answer.text


async def test_a_value_that_is_none_is_refused(command, tone):
    with pytest.raises(Refused, match="one of `formal` and `casual`"):
        await command.run("tone rude", MEMBER)
    assert tone.changes == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.word)
async def test_every_value_of_every_entry_can_be_set(neighbour, setting):
    editor = panel_editor(FakePanelStore(), neighbour.people, [], [])
    for value in setting.values:
        assert f"`{value}`" in setting.help() or f" {value}`" in setting.help()
        await setting.set(editor, HERE, value, UserId(DEV))
