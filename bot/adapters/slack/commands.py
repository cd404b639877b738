"""Bolt's listeners for ``/experts`` and its form: they acknowledge, ask the desk, and answer."""

import logging
from typing import Any

from aiohttp import ClientError
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack import command_words, panel_lists, views
from bot.adapters.slack.command_desk import CommandDesk, Giver, explained
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.panel_lists import Answer
from bot.adapters.slack.web_api import SlackApi
from bot.panel.errors import PanelError, Refused
from bot.panel.model import UserId
from bot.panel.panel_editor import PanelEditor

log = logging.getLogger(__name__)

Json = dict[str, Any]

COMMAND = "/experts"


def register(app: AsyncApp, editor: PanelEditor, identity: Identity, api: SlackApi) -> None:
    """Let *app* take ``/experts`` and what its form brings back."""
    desk = CommandDesk(editor, api)

    def giver_of(body: Json, user: str, channel: str) -> Giver:
        """Return who gave a command; the workspace is ours, whatever a payload says of it."""
        trigger = body.get("trigger_id", "")
        return Giver(UserId(user), identity.team_id, channel, trigger, identity.bot_user_id)

    async def take_command(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        giver = giver_of(body, body["user_id"], body["channel_id"])
        order = command_words.parse(body.get("text", ""))
        try:
            answer = await desk.carry_out(order, giver)
        except PanelError as error:
            answer = panel_lists.sentence(explained(error))
        if answer:
            await _respond(respond, answer)

    async def take_form(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            form, expert = views.read(view)
            giver = giver_of(body, body["user"]["id"], form.channel_id)
            change = await desk.store(form, expert, giver)
        except PanelError as error:
            field = error.field if isinstance(error, Refused) else None
            shown = views.errors(view, explained(error), field)
            await ack(response_action="errors", errors=shown)
            return
        await ack()
        await desk.announce_form(change, giver)

    app.command(COMMAND)(take_command)
    app.view(views.CALLBACK)(take_form)


async def _respond(respond: AsyncRespond, answer: Answer) -> None:
    """Answer the giver alone; whoever is not reached is no reason to fail."""
    try:
        response = await respond(
            text=answer.text, blocks=list(answer.blocks), response_type="ephemeral"
        )
    except (ClientError, OSError, TimeoutError) as error:
        log.warning("command.not_answered", extra={"reason": type(error).__name__})
        return
    if response.status_code != 200:
        log.warning("command.not_answered", extra={"reason": response.status_code})
