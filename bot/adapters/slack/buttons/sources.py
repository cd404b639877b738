"""The listener for *Sources*, which shows the passages behind a reply."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import ConversationGone, PanelError, Refused
from bot.panel.roster.documents.knowledge import KnowledgeBase

log = logging.getLogger(__name__)


class SourcesListeners:
    """Shows the passages that *knowledge* returned for a reply."""

    def __init__(self, knowledge: KnowledgeBase, responder: Responder) -> None:
        self._knowledge = knowledge
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        app.action(sources_modal.ACTION)(self.show)

    async def show(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Open the modal within the three seconds that Slack allows, then fill it in."""
        await ack()
        await self._responder.show(
            sources_modal.loading(),
            body,
            lambda: self._passages(body, action),
            failed="sources.not_shown",
        )

    async def _passages(self, body: Json, action: Json) -> Json:
        try:
            click = await self._responder.clicks.take(body, action)
            sources = sources_modal.read(click.value)
            if sources is None:
                return sources_modal.gone()
            passages = await self._knowledge.passages(sources.conversation, sources.ref)
        except Refused as error:
            return sources_modal.sentence(str(error))
        except ConversationGone:
            return sources_modal.gone()
        except PanelError as error:
            log.warning("sources.not_read", extra={"reason": str(error)})
            return sources_modal.sentence(
                gettext("I cannot read the passages just now; please try again in a minute.")
            )
        return sources_modal.modal(passages)
