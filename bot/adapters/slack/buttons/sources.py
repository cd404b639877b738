"""The listener for *Sources*, which shows the passages behind a reply."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.panel.errors import ConversationGone
from bot.panel.roster.documents.knowledge import KnowledgeBase


class SourcesListeners:
    """Shows the passages that *knowledge* returned for a reply."""

    def __init__(self, knowledge: KnowledgeBase, responder: Responder) -> None:
        self._knowledge = knowledge
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        app.action(sources_modal.ACTION)(self.show)

    async def show(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        await self._responder.show(
            sources_modal.loading(),
            body,
            lambda: self._passages(body, action),
            failed="sources.not_shown",
        )

    async def _passages(self, body: Json, action: Json) -> Json:
        click = await self._responder.clicks.take(body, action)
        sources = sources_modal.read(click.value)
        try:
            passages = await self._knowledge.passages(sources.conversation, sources.ref)
        except ConversationGone:
            raise sources_modal.gone() from None
        return sources_modal.modal(passages)
