"""Bolt's listeners for ``/experts`` and its form: they acknowledge, ask the desk, and answer."""

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.experts import command_parsing, expert_form, panel_lists
from bot.adapters.slack.experts.documents_command import DocumentsCommand
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.requester import explained, refuse_form, requester_of, tell
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.roster.panel_editor import PanelEditor

COMMAND = "/experts"


def register(
    app: AsyncApp,
    editor: PanelEditor,
    documents: DocumentsCommand,
    handles: HandlesCommand,
    identity: Identity,
    api: SlackApi,
) -> None:
    """Let *app* take ``/experts`` and what its form brings back."""
    desk = ExpertsCommand(editor, documents, handles, api)

    async def take_command(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        giver = requester_of(identity, body, body["user_id"], body["channel_id"])
        order = command_parsing.parse(body.get("text", ""))
        try:
            answer = await desk.carry_out(order, giver)
        except PanelError as error:
            answer = panel_lists.sentence(explained(error))
        if answer:
            await tell(respond, answer)

    async def take_form(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            form, expert = expert_form.read(view)
            giver = requester_of(identity, body, body["user"]["id"], form.channel_id)
            change = await desk.store(form, expert, giver)
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()
        wanted, files = expert_form.handle(view), expert_form.files(view)
        await desk.finish_form(change, giver, handle=wanted, files=files)

    app.command(COMMAND)(take_command)
    app.view(expert_form.CALLBACK)(take_form)
