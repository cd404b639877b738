"""The listener for *Sources*, which shows the passages behind a reply."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import ConversationGone, PanelError
from bot.panel.messaging.messenger import Sources
from bot.panel.roster.knowledge import KnowledgeBase

log = logging.getLogger(__name__)


class SourcesListeners:
    """Shows the passages that *knowledge* returned for a reply."""

    def __init__(self, knowledge: KnowledgeBase, responder: Responder) -> None:
        self._knowledge = knowledge
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the button."""
        app.action(sources_modal.ACTION)(self.show)

    async def show(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Open the modal within the three seconds that Slack allows, then fill it in."""
        await ack()
        try:
            loading = sources_modal.loading()
            view_id = await self._responder.open_modal(body["trigger_id"], loading)
            view = await self._passages(sources_modal.read(action.get("value", "")))
            await self._responder.api.write("views.update", view_id=view_id, view=view)
        except PanelError as error:
            log.warning("sources.not_shown", extra={"reason": str(error)})

    async def _passages(self, sources: Sources | None) -> Json:
        if sources is None:
            return sources_modal.gone()
        try:
            passages = await self._knowledge.passages(sources.conversation, sources.ref)
        except ConversationGone:
            return sources_modal.gone()
        except PanelError as error:
            log.warning("sources.not_read", extra={"reason": str(error)})
            return sources_modal.sentence(
                gettext("I cannot read the passages just now; please try again in a minute.")
            )
        return sources_modal.modal(passages)
