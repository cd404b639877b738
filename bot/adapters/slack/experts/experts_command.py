"""Carrying out ``/experts``: showing, changing and announcing.

The PanelEditor checks the user's rights. A change is in effect once it is stored, even if it cannot
be announced.
"""

from collections.abc import Sequence

from bot.adapters.slack.blocks.answers import Answer, sentence
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts import announcements, command_parsing, panel_messages
from bot.adapters.slack.experts.budget_command import BudgetCommand
from bot.adapters.slack.experts.command_parsing import Order
from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.panel_settings import SETTINGS, PanelSetting
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.experts.settings_form import SettingsFormFlow
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.language import gettext, in_shared_language
from bot.panel.names import did_you_mean, in_code
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope, scopes_of
from bot.panel.roster.search import alike, found, hint

_CHANGES = frozenset({"add", "consults", "remove"})
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
        return await self.carry_out(command_parsing.parse(written), requester)

    async def carry_out(self, order: Order, requester: Requester) -> Answer | None:
        """Carry out *order*; return the answer for the requester alone, if any."""
        scope = requester.scope(for_defaults=order.for_defaults)
        setting = next((one for one in self._settings if one.word == order.word), None)
        if order.is_unfinished:
            return _unfinished(order)
        if setting or (order.word in _CHANGES and order.text):
            told = await self._change(order, setting, scope, requester)
            return await self._responder.announce(told, requester)
        match order.word:
            case "add" | "edit" | "router" | "settings" | "teach":
                await self._open(order, requester)
                return None
            case _:
                return await self._answer(order, scope, requester)

    async def _answer(self, order: Order, scope: Scope, requester: Requester) -> Answer:
        text, default = order.text, order.for_defaults
        match order.word:
            case "list":
                return await self._panel(scope, requester, "")
            case "find":
                return await self._panel(scope, requester, text)
            case "help":
                return await self._help(scope)
            case "show":
                expert = await self._editor.find(scope, text)
                handles = await self._handles.names(requester.team_id)
                return panel_messages.details(expert, handles.get(expert.name))
            case "documents":
                return await self._documents.listed(text, requester, for_defaults=default)
            case "handle":
                name, wanted = command_parsing.switch(text)
                return await self._handles.carry_out(
                    name, requester, wanted=wanted, for_defaults=default
                )
            case "budget":
                return await self._budgets.carry_out(text, requester)
            case "examples":
                return await self._examples.carry_out(text, requester)
            case _:
                return await self._help(scope, await self._unknown(order.word, scope))

    async def _open(self, order: Order, requester: Requester) -> None:
        default = order.for_defaults
        match order.word:
            case "router":
                await self._rules.open(requester, for_defaults=default)
            case "settings":
                await self._settings_form.open(requester)
            case "teach":
                await self._documents.open_form(order.text, requester, for_defaults=default)
            case _:
                await self._form.open(requester, order.text or None, for_defaults=default)

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
        self, order: Order, setting: PanelSetting | None, scope: Scope, requester: Requester
    ) -> Answer:
        """Make a change and return its announcement."""
        editor, by = self._editor, requester.user
        if setting:
            await setting.set(editor, scope, order.text, by)
            with in_shared_language():
                return announcements.setting(setting, order.text, scope, by)
        if order.word == "consults":
            name, others = command_parsing.let_consult(order.text)
            is_nobody = [other.casefold() for other in others] in (["nobody"], ["none"])
            edited = await editor.set_consulted(scope, name, () if is_nobody else (*others,), by)
            with in_shared_language():
                return announcements.consulting(edited)
        make = editor.add_from_library if order.word == "add" else editor.remove
        change = await make(scope, order.text, by)
        await self._handles.follow(change, requester)
        with in_shared_language():
            return announcements.change(change)


def _unfinished(order: Order) -> Answer:
    """Return the answer to a subcommand without the name that it needs."""
    word = f"default {order.word}" if order.for_defaults else order.word
    names = "NAME OTHER" if order.word == "consults" else "NAME"
    return sentence(gettext("Say which expert: `/experts {words}`.", words=f"{word} {names}"))
