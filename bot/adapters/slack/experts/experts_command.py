"""Carrying out ``/experts``: what is shown, changed and announced.

Who may change what is decided by the PanelEditor: before a form opens, and again when it is
submitted. A change counts as soon as it is stored, whether or not it can be announced.
Slack waits three seconds for what a form comes to: what may take longer is done beside it.
"""

import logging
from collections.abc import Sequence
from typing import assert_never

from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.experts import announcements, expert_form, panel_lists
from bot.adapters.slack.experts.command_parsing import (
    WORDS,
    AddExpert,
    DescribeExpert,
    EditExpert,
    HandleExpert,
    LetConsult,
    ListDocuments,
    ListExperts,
    Order,
    RemoveExpert,
    SetStreaming,
    SetSynthesis,
    ShowExpert,
    ShowHelp,
    TeachExpert,
    Unfinished,
    Unknown,
)
from bot.adapters.slack.experts.documents_command import DocumentsCommand
from bot.adapters.slack.experts.expert_form import Form
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.name_check import NameCheck
from bot.adapters.slack.experts.panel_lists import Answer
from bot.adapters.slack.experts.requester import Requester, announce
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.errors import PanelError
from bot.panel.model import Expert
from bot.panel.names import did_you_mean, in_code
from bot.panel.roster.changes import Change
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope

log = logging.getLogger(__name__)


class ExpertsCommand:
    """Does what ``/experts`` orders. Every PanelError has its sentence: see ``explained``."""

    def __init__(
        self,
        editor: PanelEditor,
        documents: DocumentsCommand,
        handles: HandlesCommand,
        api: SlackApi,
        *,
        timeout: float = 2.0,
    ) -> None:
        self._editor = editor
        self._documents = documents
        self._handles = handles
        self._api = api
        self._names = NameCheck(editor, timeout=timeout)

    async def carry_out(self, order: Order, giver: Requester) -> Answer | None:
        """Carry out *order*; returns what only its giver is told, if anything."""
        where = giver.scope(for_defaults=order.for_defaults)
        match order.subcommand:
            case ListExperts():
                listed = await self._editor.entries(where)
                panel = await self._editor.panel(where)
                handles = await self._handles.names(giver.team_id)
                return panel_lists.panel(
                    listed,
                    panel.synthesis,
                    where,
                    panel.streaming,
                    handles,
                    kept_in=self._editor.rights.kept_in,
                )
            case ShowHelp():
                return await self._help(where)
            case Unfinished(word):
                whole = f"default {word}" if order.for_defaults else word
                names = "NAME OTHER" if word == "consults" else "NAME"
                return panel_lists.sentence(
                    gettext("Say which expert: `/experts {words}`.", words=f"{whole} {names}")
                )
            case Unknown(word):
                near = did_you_mean(word, WORDS)
                lead = gettext("I do not know `{word}`.", word=in_code(word, 40))
                return await self._help(where, f"{lead}{near}")
            case ShowExpert(name):
                expert = await self._editor.find(where, name)
                handles = await self._handles.names(giver.team_id)
                return panel_lists.details(expert, handles.get(expert.name))
            case TeachExpert() | ListDocuments() as about:
                default = order.for_defaults
                return await self._documents.carry_out(about, giver, for_defaults=default)
            case HandleExpert(name, wanted):
                default = order.for_defaults
                return await self._handles.carry_out(
                    name, giver, wanted=wanted, for_defaults=default
                )
            case DescribeExpert() | EditExpert():
                await self._open_form(order, where, giver)
                return None
            case (
                AddExpert() | RemoveExpert() | SetSynthesis() | SetStreaming() | LetConsult()
            ) as change:
                return await announce(self._api, await self._change(change, where, giver), giver)
            case _:
                assert_never(order.subcommand)

    async def store(self, form: Form, expert: Expert, giver: Requester) -> Change:
        """Store what a form describes."""
        await self._names.wait()
        where = giver.scope(for_defaults=form.for_defaults)
        if form.editing is None:
            return await self._editor.add(where, expert, giver.user)
        return await self._editor.edit(where, expert, giver.user)

    async def finish_form(
        self, change: Change, giver: Requester, *, handle: bool | None, files: Sequence[str] = ()
    ) -> None:
        """Announce what a form has changed; see to the *handle* that it wants or not, and *files*.

        Its giver learns in a modal if the channel cannot be told.
        """
        await self._announce_form(change, giver)
        await self._handles.follow(change, giver, wanted=handle)
        await self._documents.follow(change, files, giver)

    async def _announce_form(self, change: Change, giver: Requester) -> None:
        with in_shared_language():
            news = announcements.change(change)
        problem = await announce(self._api, news, giver)
        if problem is None:
            return
        try:
            await self._open(expert_form.notice(problem), giver)
        except PanelError as error:
            log.warning("notice.not_shown", extra={"reason": str(error)})

    async def _help(self, where: Scope, lead: str = "") -> Answer:
        return panel_lists.usage(await self._editor.addable(where), lead)

    async def _open_form(self, order: Order, where: Scope, giver: Requester) -> None:
        await self._editor.rights.check_may_change(where, giver.user)
        now = None
        if isinstance(order.subcommand, EditExpert):
            now = await self._editor.find(where, order.subcommand.name)
        form = Form(giver.channel_id, order.for_defaults, now.name if now else None)
        panel = await self._editor.panel(where)
        handle = await self._handles.offer(giver, form.editing)
        toolbox = self._editor.toolbox
        modal = expert_form.modal(form, now, toolbox, panel.experts, handle=handle)
        await self._open(modal, giver)
        self._names.learn()  # while the form is filled in

    async def _open(self, modal: Json, giver: Requester) -> None:
        await self._api.write("views.open", trigger_id=giver.trigger_id, view=modal)

    async def _change(
        self,
        change: AddExpert | RemoveExpert | SetSynthesis | SetStreaming | LetConsult,
        where: Scope,
        giver: Requester,
    ) -> Answer:
        """Make a change and return what the channel is told about it."""
        match change:
            case AddExpert(name):
                added = await self._editor.add_from_library(where, name, giver.user)
                return await self._followed(added, giver)
            case RemoveExpert(name):
                removed = await self._editor.remove(where, name, giver.user)
                return await self._followed(removed, giver)
            case SetSynthesis(value):
                synthesis = await self._editor.set_synthesis(where, value, giver.user)
                with in_shared_language():
                    return announcements.synthesis(synthesis, where, giver.user)
            case LetConsult(name, consulted):
                edited = await self._editor.set_consulted(where, name, consulted, giver.user)
                with in_shared_language():
                    return announcements.consulting(edited)
            case SetStreaming(value):
                streaming = await self._editor.set_streaming(where, value, giver.user)
                with in_shared_language():
                    return announcements.streaming(streaming, where, giver.user)
            case _:
                assert_never(change)

    async def _followed(self, change: Change, giver: Requester) -> Answer:
        await self._handles.follow(change, giver)
        with in_shared_language():
            return announcements.change(change)
