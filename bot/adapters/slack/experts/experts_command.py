"""Carrying out ``/experts``: showing, changing and announcing.

The PanelEditor checks the user's rights. A change is in effect once it is stored, even if it cannot
be announced.
"""

from collections.abc import Sequence
from typing import assert_never

from bot.adapters.slack.blocks.answers import Answer, sentence
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts import announcements, command_parsing, panel_messages
from bot.adapters.slack.experts.budget_command import BudgetCommand
from bot.adapters.slack.experts.command_parsing import (
    ChangeSetting,
    HandleExpert,
    LetConsult,
    ListExperts,
    NotUnderstood,
    Order,
    Plain,
    WithExpert,
    WithText,
)
from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.panel_settings import SETTINGS, PanelSetting
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.experts.settings_form import SettingsFormFlow
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.language import gettext, in_shared_language
from bot.panel.names import did_you_mean, in_code
from bot.panel.roster.changes import Change
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope, scopes_of
from bot.panel.roster.search import alike, found, hint

_LIKENESS = 0.7  # of a word, to an expert's name or title


class ExpertsCommand:
    """Carries out ``/experts``. ``error_sentence`` explains each PanelError that it raises."""

    def __init__(
        self,
        editor: PanelEditor,
        documents: DocumentsCommand,
        handles: HandlesCommand,
        form: ExpertFormFlow,
        rules: RulesFormFlow,
        responder: Responder,
        budgets: BudgetCommand,
        examples: ExamplesCommand,
        settings_form: SettingsFormFlow,
        *,
        settings: Sequence[PanelSetting] = SETTINGS,
    ) -> None:
        self._editor = editor
        self._documents = documents
        self._handles = handles
        self._form = form
        self._rules = rules
        self._responder = responder
        self._budgets = budgets
        self._examples = examples
        self._settings_form = settings_form
        self._settings = settings

    async def run(self, written: str, requester: Requester) -> Answer | None:
        """Parse and carry out the text *written* after the command."""
        return await self.carry_out(command_parsing.parse(written, self._settings), requester)

    async def carry_out(self, order: Order, requester: Requester) -> Answer | None:
        """Carry out *order*; return the answer for the requester alone, if any."""
        default = order.for_defaults
        scope = requester.scope(for_defaults=default)
        match order.subcommand:
            case ListExperts(search):
                return await self._panel(scope, requester, search)
            case Plain("help"):
                return await self._help(scope)
            case NotUnderstood() as wrong:
                return await self._explained(wrong, scope, for_defaults=default)
            case WithExpert("show", name):
                expert = await self._editor.find(scope, name)
                handles = await self._handles.names(requester.team_id)
                return panel_messages.details(expert, handles.get(expert.name))
            case WithExpert("documents", name):
                return await self._documents.listed(name, requester, for_defaults=default)
            case HandleExpert(name, wanted):
                return await self._handles.carry_out(
                    name, requester, wanted=wanted, for_defaults=default
                )
            case WithText(word, written):
                command = self._budgets if word == "budget" else self._examples
                return await command.carry_out(written, requester)
            case Plain() | WithExpert("edit" | "teach") as form:
                await self._open(form, requester, for_defaults=default)
            case WithExpert() | ChangeSetting() | LetConsult() as change:
                announcement = await self._change(change, scope, requester)
                return await self._responder.announce(announcement, requester)
        return None

    async def _open(
        self, form: Plain | WithExpert, requester: Requester, *, for_defaults: bool
    ) -> None:
        match form:
            case Plain("router"):
                await self._rules.open(requester, for_defaults=for_defaults)
            case Plain("settings"):
                await self._settings_form.open(requester)
            case WithExpert("teach", name):
                await self._documents.open_form(name, requester, for_defaults=for_defaults)
            case _:
                edited = form.name if isinstance(form, WithExpert) else None
                await self._form.open(requester, edited, for_defaults=for_defaults)

    async def _panel(self, scope: Scope, requester: Requester, search: str) -> Answer:
        entries = await self._editor.entries(scope)
        if search:
            by_name = {entry.expert.name: entry for entry in entries}
            experts = found(search, (entry.expert for entry in entries))
            matching = [by_name[one.name] for one in experts]
            meant = "" if matching else hint(search, (entry.expert for entry in entries))
            return panel_messages.search_results(matching, scope, meant)
        panel = await self._editor.panel(scope)
        scopes = scopes_of(scope)
        changes = await self._editor.changes_of(scopes)
        handles = await self._handles.names(requester.team_id)
        kept_in = self._editor.rights.kept_in
        return panel_messages.panel(
            entries,
            panel.synthesis,
            scope,
            panel.streaming,
            handles,
            kept_in=kept_in,
            left_out=panel.left_out,
            rules=[(one, c.rules) for one, c in zip(scopes, changes, strict=True) if c.rules],
            unsure=panel.unsure,
        )

    async def _help(self, scope: Scope, lead: str = "") -> Answer:
        addable = await self._editor.addable(scope)
        return panel_messages.usage(addable, lead, self._settings)

    async def _explained(self, wrong: NotUnderstood, scope: Scope, *, for_defaults: bool) -> Answer:
        if wrong.unfinished:
            return _unfinished(wrong.word, for_defaults=for_defaults)
        return await self._help(scope, await self._unknown(wrong.word, scope))

    async def _unknown(self, word: str, scope: Scope) -> str:
        """Say that *word* is no subcommand, and what it may mean: one, or an expert."""
        unknown = gettext("I do not know `{word}`.", word=in_code(word, 40))
        panel = await self._editor.panel(scope)
        subcommand = command_parsing.meant(word, self._settings)
        if subcommand and not panel.find(word):
            return f"{unknown}{subcommand}"
        shown = [f"show {name}" for name in alike(word, panel.experts, most=1, least=_LIKENESS)]
        return f"{unknown}{did_you_mean(shown[0], shown) if shown else ''}"

    async def _change(
        self,
        change: WithExpert | ChangeSetting | LetConsult,
        scope: Scope,
        requester: Requester,
    ) -> Answer:
        """Make a change and return its announcement."""
        by = requester.user
        match change:
            case WithExpert(verb, name):
                editor = self._editor
                make = editor.add_from_library if verb == "add" else editor.remove
                return await self._with_handle(await make(scope, name, by), requester)
            case LetConsult(name, consulted):
                edited = await self._editor.set_consulted(scope, name, consulted, by)
                with in_shared_language():
                    return announcements.consulting(edited)
            case ChangeSetting(setting, value):
                await setting.set(self._editor, scope, value, by)
                with in_shared_language():
                    return announcements.setting(setting, value, scope, by)
            case _:
                assert_never(change)

    async def _with_handle(self, change: Change, requester: Requester) -> Answer:
        await self._handles.follow(change, requester)
        with in_shared_language():
            return announcements.change(change)


def _unfinished(word: str, *, for_defaults: bool) -> Answer:
    """Return the answer to a subcommand without the name that it needs."""
    subcommand = f"default {word}" if for_defaults else word
    names = "NAME OTHER" if word == "consults" else "NAME"
    return sentence(gettext("Say which expert: `/experts {words}`.", words=f"{subcommand} {names}"))
