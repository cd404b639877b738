"""Bolt's listeners for the form and the buttons about documents."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack import document_lists, lesson_forms, panel_lists
from bot.adapters.slack.document_desk import DocumentDesk
from bot.adapters.slack.giver import explained, giver_of, refuse_form, tell
from bot.adapters.slack.identity import Identity
from bot.panel.errors import PanelError

Json = dict[str, Any]


def register(app: AsyncApp, documents: DocumentDesk, identity: Identity) -> None:
    """Let *app* take what people teach, and what they remove."""

    async def take_lesson(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            lesson = lesson_forms.read(view)
            giver = giver_of(identity, body, body["user"]["id"], lesson.pupil.channel_id)
            await documents.check(lesson, giver)
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()
        await documents.teach(lesson, giver)

    async def remove(ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        await ack()
        giver = giver_of(identity, body, body["user"]["id"], body["channel"]["id"])
        try:
            answer = await documents.remove(action.get("value", ""), giver)
        except PanelError as error:
            await tell(respond, panel_lists.sentence(explained(error)))
        else:
            await tell(respond, answer, replace=True)

    app.view(lesson_forms.CALLBACK)(take_lesson)
    app.action(document_lists.REMOVE)(remove)
