"""Bolt's listeners for the form and the buttons about documents."""

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.experts import document_forms, document_lists, panel_lists
from bot.adapters.slack.experts.documents_command import DocumentsCommand
from bot.adapters.slack.experts.requester import explained, refuse_form, requester_of, tell
from bot.json_types import Json
from bot.panel.errors import PanelError


def register(app: AsyncApp, documents: DocumentsCommand, identity: Identity) -> None:
    """Let *app* take what people teach, and what they remove."""

    async def take_lesson(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            lesson = document_forms.read(view)
            giver = requester_of(identity, body, body["user"]["id"], lesson.pupil.channel_id)
            await documents.check(lesson, giver)
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()
        await documents.teach(lesson, giver)

    async def remove(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        giver = requester_of(identity, body, body["user"]["id"], body["channel"]["id"])
        try:
            answer = await documents.remove(action.get("value", ""), giver)
        except PanelError as error:
            await tell(respond, panel_lists.sentence(explained(error)))
        else:
            await tell(respond, answer, replace=True)

    app.view(document_forms.CALLBACK)(take_lesson)
    app.action(document_lists.REMOVE)(remove)
