"""Bolt's listeners for ``/experts`` and its form: they acknowledge, ask the desk, and answer."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack import command_words, panel_lists, views
from bot.adapters.slack.command_desk import CommandDesk
from bot.adapters.slack.document_desk import DocumentDesk
from bot.adapters.slack.giver import explained, giver_of, refuse_form, tell
from bot.adapters.slack.handle_desk import HandleDesk
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.web_api import SlackApi
from bot.panel.errors import PanelError
from bot.panel.panel_editor import PanelEditor

Json = dict[str, Any]

COMMAND = "/experts"


def register(
    app: AsyncApp,
    editor: PanelEditor,
    documents: DocumentDesk,
    handles: HandleDesk,
    identity: Identity,
    api: SlackApi,
) -> None:
    """Let *app* take ``/experts`` and what its form brings back."""
    desk = CommandDesk(editor, documents, handles, api)

    async def take_command(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        giver = giver_of(identity, body, body["user_id"], body["channel_id"])
        order = command_words.parse(body.get("text", ""))
        try:
            answer = await desk.carry_out(order, giver)
        except PanelError as error:
            answer = panel_lists.sentence(explained(error))
        if answer:
            await tell(respond, answer)

    async def take_form(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            form, expert = views.read(view)
            giver = giver_of(identity, body, body["user"]["id"], form.channel_id)
            change = await desk.store(form, expert, giver)
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()
        wanted, files = views.handle(view), views.files(view)
        await desk.finish_form(change, giver, handle=wanted, files=files)

    app.command(COMMAND)(take_command)
    app.view(views.CALLBACK)(take_form)
