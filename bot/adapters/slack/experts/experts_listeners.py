"""Listeners for ``/experts`` and the forms that it opens."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.blocks.answers import notice, sentence
from bot.adapters.slack.experts import (
    announcements,
    expert_form,
    form_inputs,
    rules_form,
    settings_form,
)
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.form_flow import ExpertFormFlow, Submitted
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.experts.settings_form import SettingsFormFlow
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.expert_search import suggest
from bot.adapters.slack.interactions.responder import Responder, answer_command
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.language import in_shared_language
from bot.panel.errors import PanelError

log = logging.getLogger(__name__)

COMMAND = "/experts"


class ExpertsListeners:
    """Carries out the command and stores its forms."""

    def __init__(
        self,
        command: ExpertsCommand,
        form: ExpertFormFlow,
        rules: RulesFormFlow,
        settings: SettingsFormFlow,
        responder: Responder,
    ) -> None:
        self._command = command
        self._form = form
        self._rules = rules
        self._settings = settings
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        app.command(COMMAND)(self.take_command)
        app.view(expert_form.CALLBACK)(self.take_form)
        app.view(rules_form.CALLBACK)(self._rules.submit)
        app.view(settings_form.CALLBACK)(self._settings.submit)
        app.options(form_inputs.VALUE)(self.suggest)

    async def take_command(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        requester = self._responder.requester(body, body["channel_id"])
        try:
            await self._responder.clicks.check_member(requester.channel_id, requester.user)
            answer = await self._command.run(body.get("text", ""), requester)
        except PanelError as error:
            answer = sentence(error_sentence(error))
        if answer:
            await answer_command(respond, answer)

    async def take_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        if submitted := await self._form.submit(ack, body, view):
            await self._announce(submitted)
            await self._form.follow(submitted)

    async def suggest(self, ack: AsyncAck, body: Json) -> None:
        view, user = body.get("view") or {}, user_of(body)
        if body.get("block_id") == form_inputs.CONSULTS:
            await suggest(ack, body, lambda: self._form.colleagues(view, user))
        else:
            await ack(options=[])

    async def _announce(self, submitted: Submitted) -> None:
        with in_shared_language():
            announcement = announcements.change(submitted.change)
        problem = await self._responder.announce(announcement, submitted.requester)
        if problem is None:
            return
        try:
            requester = submitted.requester
            await self._responder.open_modal(requester.trigger_id, notice(problem), requester.user)
        except PanelError as error:
            log.warning("notice.not_shown", extra={"reason": str(error)})
