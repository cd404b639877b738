"""Listeners for the thumbs under replies.

Slack itself highlights the thumb that was clicked, for whoever clicked. That it counts is ours to
say, to them alone: what one person thinks of a reply is nothing to edit it for.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons import thumbs
from bot.adapters.slack.buttons.thumbs import Thumb
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import PanelError
from bot.panel.model import ThreadRef, UserId
from bot.panel.reports.feedback import Opinion
from bot.panel.reports.feedback_recorder import FeedbackRecorder

log = logging.getLogger(__name__)


class FeedbackListeners:
    """Records people's opinions on replies."""

    def __init__(self, recorder: FeedbackRecorder, responder: Responder) -> None:
        self._recorder = recorder
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        app.action(thumbs.FEEDBACK)(self.press)
        app.view(thumbs.CALLBACK)(self.take_reason)

    async def press(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Record a thumb; ask for the reason of a thumb down."""
        await ack()
        try:
            click = await self._responder.clicks.take(body, action)
            thumb = Thumb.load(click.value)
        except (PanelError, ValueError) as error:
            log.warning("feedback.odd", extra={"reason": type(error).__name__})
            return
        if not await self._record(thumb, click.thread, click.user):
            return
        if thumb.opinion is Opinion.BAD:  # the reason must be recorded after the thumb
            await self._ask_why(thumb, click)
        await self._tell(_thanks(thumb), click.thread, click.user)

    async def take_reason(self, ack: AsyncAck, body: Json, view: Json) -> None:
        await ack()
        user = user_of(body)
        try:
            await self._responder.check_form(view, user)
            thumb, thread, reason = thumbs.read(view)
        except PanelError as error:
            log.warning("feedback.odd", extra={"reason": type(error).__name__})
            return
        if await self._record(thumb, thread, user, reason):
            thanks = gettext("Thank you: your reason is kept for whoever looks after the panel.")
            await self._tell(thanks, thread, user)

    async def _ask_why(self, thumb: Thumb, click: Click) -> None:
        try:
            form = thumbs.reason_form(thumb, click.thread)
            await self._responder.open_modal(click.trigger, form, click.user)
        except PanelError as error:
            log.warning("feedback.not_asked", extra={"reason": str(error)})

    async def _record(
        self, thumb: Thumb, thread: ThreadRef, user: UserId, reason: str = ""
    ) -> bool:
        turn = thumb.judged.turn
        try:
            await self._recorder.record(thread, thumb.judged, thumb.opinion, user, reason)
        except PanelError as error:
            log.warning("feedback.not_kept", extra={"turn": turn, "reason": str(error)})
            await self._tell(error_sentence(error), thread, user)
            return False
        log.info("feedback.kept", extra={"turn": turn, "opinion": thumb.opinion})
        return True

    async def _tell(self, sentence: str, thread: ThreadRef, user: UserId) -> None:
        await self._responder.tell_in_thread(sentence, user, thread, failed="feedback.not_answered")


def _thanks(thumb: Thumb) -> str:
    shown = "👍" if thumb.opinion is Opinion.GOOD else "👎"
    return gettext("Thanks! Your {thumb} is recorded.", thumb=shown)
