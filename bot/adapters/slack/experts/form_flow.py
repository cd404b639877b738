"""The form that describes an expert, from opening it to the follow-up of its submission.

The PanelEditor checks the user's rights before the form opens and again when it is submitted. Slack
waits three seconds for the answer to a submitted form; what may take longer is done in the
background or afterwards.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts import expert_form, form_inputs
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, UserId
from bot.panel.roster.changes import Change
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, WorkspaceScope


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted form: the change it made, and the view with its further wishes."""

    change: Change
    requester: Requester
    view: Json


class ExpertFormFlow:
    """Opens the form and stores submissions, for ``/experts`` and the app's home."""

    def __init__(
        self,
        editor: PanelEditor,
        handles: HandlesCommand,
        documents: DocumentsCommand,
        responder: Responder,
        *,
        timeout: float = 2.0,
    ) -> None:
        self._editor = editor
        self._handles = handles
        self._documents = documents
        self._responder = responder
        self._names = NameCheck(editor, timeout=timeout)

    async def open(
        self,
        requester: Requester,
        name: str | None,
        *,
        for_defaults: bool,
        callback: str = expert_form.CALLBACK,
    ) -> None:
        """Open the form for the expert *name*, or (None) for a new one."""
        scope = requester.scope(for_defaults=for_defaults)
        await self._editor.rights.check_may_change(scope, requester.user)
        expert = await self._editor.find(scope, name) if name else None
        form = FormTarget(requester.channel_id, for_defaults, expert.name if expert else None)
        panel = await self._editor.panel(scope)
        handle = await self._handles.offer(requester, form.name)
        toolbox = await self._editor.equipment.offered(requester.user, expert)
        modal = expert_form.modal(form, expert, toolbox, panel.experts, handle=handle)
        modal = {**modal, "callback_id": callback}
        await self._responder.open_modal(requester.trigger_id, modal, requester.user)
        self._names.start()  # while the form is filled in

    async def colleagues(self, view: Json, user: UserId) -> Sequence[Expert]:
        """Return whom its expert may consult. Raises Refused if the form is not open for *user*."""
        self._responder.check_opened(view, user)
        form = FormTarget.load(json.loads(view["private_metadata"]))
        team = self._responder.team_id
        scope = WorkspaceScope(team) if form.for_defaults else ChannelScope(team, form.channel_id)
        panel = await self._editor.panel(scope)
        return [expert for expert in panel.experts if expert.name != form.name]

    async def submit(self, ack: AsyncAck, body: Json, view: Json) -> Submitted | None:
        """Store the expert of a form; None if refused: the form stays open with the reason."""

        async def store() -> Submitted:
            form, expert = expert_form.read(view)
            requester = self._responder.requester(body, form.channel_id)
            return Submitted(await self.store(form, expert, requester), requester, view)

        return await self._responder.accept(ack, body, view, store)

    async def store(self, form: FormTarget, expert: Expert, requester: Requester) -> Change:
        await self._names.wait()
        scope = requester.scope(for_defaults=form.for_defaults)
        if form.name is None:
            return await self._editor.add(scope, expert, requester.user)
        before = (await self._editor.find(scope, form.name)).consults
        unseen = before[len(form_inputs.shown(before)) :]
        expert = replace(expert, consults=(*expert.consults, *unseen))
        return await self._editor.edit(scope, expert, requester.user)

    async def follow(self, submitted: Submitted) -> None:
        change, requester, view = submitted.change, submitted.requester, submitted.view
        await self._handles.follow(change, requester, wanted=expert_form.handle(view))
        await self._documents.follow(change, expert_form.files(view), requester)


log = logging.getLogger(__name__)


class NameCheck:
    """Makes *editor* fetch the names; a submitted form waits *timeout* seconds for them."""

    def __init__(self, editor: PanelEditor, *, timeout: float = 2.0) -> None:
        self._editor = editor
        self._timeout = timeout
        self._fetching: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Start to fetch the names, in a task that a timeout of ``wait`` does not cancel."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._editor.fetch_taken_names())
            self._fetching.add_done_callback(_log_failure)
        return self._fetching

    async def wait(self) -> None:
        """Wait for the names. Raises Refused if that takes too long."""
        fetching = self.start()
        finished, _ = await asyncio.wait({fetching}, timeout=self._timeout)
        if not finished:
            raise Refused(
                gettext(
                    "I am still looking up which names are taken here; nothing is lost, please "
                    "press the button again in a moment."
                )
            )
        fetching.result()  # raises its error


def _log_failure(fetching: asyncio.Task[None]) -> None:
    if not fetching.cancelled() and (error := fetching.exception()):
        log.warning("names.not_learned", extra={"reason": str(error)})
