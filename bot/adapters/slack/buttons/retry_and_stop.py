"""Bolt's listeners for the buttons on our messages."""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import blocks
from bot.adapters.slack.buttons import reply_buttons
from bot.adapters.slack.experts.requester import explained, whisper
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.errors import PanelError
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.model import TurnId

log = logging.getLogger(__name__)


def register(app: AsyncApp, queue: TurnQueue, api: SlackApi) -> None:
    """Let *app* take what people press."""

    async def retry(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        channel, message = body["channel"]["id"], body["message"]
        user, turn = body["user"]["id"], TurnId(action["value"])
        try:
            if await queue.retry(turn):
                log.info("turn.retried", extra={"turn": turn})
                with in_shared_language():
                    shown = blocks.retried(message, user)
                await api.rewrite("chat.update", channel=channel, ts=message["ts"], **shown)
            else:
                gone = gettext(
                    "This was tried again already, or is no longer kept. Please ask again."
                )
                await tell(gone, channel, user, message)
        except PanelError as error:
            log.warning("button.failed", extra={"turn": turn, "reason": str(error)})
            await tell(explained(error), channel, user, message)

    async def tell(sentence: str, channel: str, user: str, message: Json) -> None:
        """Say something to *user* alone, where the button is."""
        thread_ts = message.get("thread_ts")
        await whisper(api, sentence, user, channel, thread_ts, failed="button.not_answered")

    app.action(reply_buttons.RETRY)(retry)
