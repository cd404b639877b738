"""Listeners for the form that adds documents, and for the buttons that remove them."""

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.blocks.answers import sentence
from bot.adapters.slack.documents import document_forms, document_messages
from bot.adapters.slack.documents.document_forms import DocumentSubmission
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Requester, Responder, answer_command
from bot.json_types import Json
from bot.panel.errors import PanelError


class DocumentListeners:
    """Adds documents to experts, and removes them."""

    def __init__(self, documents: DocumentsCommand, responder: Responder) -> None:
        self._documents = documents
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        app.view(document_forms.CALLBACK)(self.add)
        app.action(document_messages.REMOVE)(self.remove)

    async def add(self, ack: AsyncAck, body: Json, view: Json) -> None:

        async def check() -> tuple[DocumentSubmission, Requester]:
            submission = document_forms.read(view)
            requester = self._responder.requester(body, submission.target.channel_id)
            await self._documents.check(submission, requester)
            return submission, requester

        if accepted := await self._responder.accept(ack, body, view, check):
            await self._documents.add(*accepted)

    async def remove(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Remove the document of a clicked button, and show the others."""
        await ack()
        requester = self._responder.requester(body, body["channel"]["id"])
        try:
            answer = await self._documents.remove(action, requester)
        except PanelError as error:
            await answer_command(respond, sentence(error_sentence(error)))
        else:
            await answer_command(respond, answer, replace=True)
