"""Bolt's listeners for the thumbs under replies.

Slack shows by itself which thumb was pressed. So people are told only what they cannot see: that
an opinion could not be kept, and that a reason has arrived.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.buttons import thumbs
from bot.adapters.slack.buttons.thumbs import Thumb
from bot.adapters.slack.experts.requester import explained, whisper
from bot.adapters.slack.receiving.payloads import thread_clicked
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import PanelError
from bot.panel.model import ThreadRef, UserId
from bot.panel.reports.feedback import Opinion
from bot.panel.reports.feedback_recorder import FeedbackRecorder

log = logging.getLogger(__name__)


def register(app: AsyncApp, desk: FeedbackRecorder, identity: Identity, api: SlackApi) -> None:
    """Let *app* take what people think of replies."""
    listener = _Listener(desk, identity, api)
    app.action(thumbs.FEEDBACK)(listener.press)
    app.view(thumbs.CALLBACK)(listener.take_reason)


class _Listener:
    def __init__(self, desk: FeedbackRecorder, identity: Identity, api: SlackApi) -> None:
        self._desk = desk
        self._identity = identity
        self._api = api

    async def press(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        try:
            thumb = Thumb.load(action.get("value") or "")
            thread = thread_clicked(body, self._identity)
        except (KeyError, ValueError) as error:
            log.warning("feedback.odd", extra={"reason": type(error).__name__})
            return
        kept = await self._keep(thumb, thread, UserId(body["user"]["id"]))
        if kept and thumb.opinion is Opinion.BAD:  # not before: a reason must come after it
            await self._ask_why(thumb, thread, body["trigger_id"])

    async def take_reason(self, ack: AsyncAck, body: Json, view: Json) -> None:
        await ack()
        try:
            thumb, thread, reason = thumbs.read(view)
        except (KeyError, ValueError) as error:
            log.warning("feedback.odd", extra={"reason": type(error).__name__})
            return
        user = UserId(body["user"]["id"])
        if await self._keep(thumb, thread, user, reason):
            thanks = gettext("Thank you: your reason is kept for whoever looks after the panel.")
            await self._tell(thanks, thread, user)

    async def _ask_why(self, thumb: Thumb, thread: ThreadRef, trigger: str) -> None:
        try:
            form = thumbs.reason_form(thumb, thread)
            await self._api.write("views.open", trigger_id=trigger, view=form)
        except PanelError as error:
            log.warning("feedback.not_asked", extra={"reason": str(error)})

    async def _keep(self, thumb: Thumb, thread: ThreadRef, user: UserId, reason: str = "") -> bool:
        """Keep an opinion, or say that it could not be kept."""
        turn = thumb.judged.turn
        try:
            await self._desk.record(thread, thumb.judged, thumb.opinion, user, reason)
        except PanelError as error:
            log.warning("feedback.not_kept", extra={"turn": turn, "reason": str(error)})
            await self._tell(explained(error), thread, user)
            return False
        log.info("feedback.kept", extra={"turn": turn, "opinion": thumb.opinion})
        return True

    async def _tell(self, sentence: str, thread: ThreadRef, user: UserId) -> None:
        place = (thread.channel_id, thread.thread_ts)
        await whisper(self._api, sentence, user, *place, failed="feedback.not_answered")
