"""Posting alerts, in channels and in direct messages, outside threads."""

import hashlib
import logging
from contextlib import aclosing

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import answers
from bot.operations.alerting import AlertPoster
from bot.panel.errors import MessengerRefused

log = logging.getLogger(__name__)

_EVENT_TYPE = "panelbot_alert"
_EARLIER = 60.0  # seconds by which Slack's clock may be behind
_MOST = 1_000  # messages that are looked through, the newest


class SlackAlertPoster(AlertPoster):
    """Marks each message with a digest of what it tells, to know it again."""

    def __init__(self, api: SlackApi, identity: Identity) -> None:
        self._api = api
        self._bot_id = identity.bot_id

    async def post(self, place: str, text: str, ref: str) -> None:
        answer = answers.sentence(text)
        await self._api.write(
            "chat.postMessage",
            channel=place,
            text=answer.text,
            blocks=answer.blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": _EVENT_TYPE, "event_payload": {"alert": _digest(ref)}},
        )

    async def has_posted(self, place: str, ref: str, since: float) -> bool:
        try:
            channel = await self._direct(place) if place.startswith(("U", "W")) else place
            return bool(channel) and await self._is_in(channel, _digest(ref), since - _EARLIER)
        except MessengerRefused as error:  # without the scope, it is posted again
            log.warning("alert.not_looked_for", extra={"place": place, "reason": str(error)})
            return False

    async def _is_in(self, channel: str, digest: str, oldest: float) -> bool:
        pages = self._api.pages(
            "conversations.history",
            "messages",
            channel=channel,
            oldest=f"{oldest:.6f}",
            include_all_metadata=True,
        )
        left = _MOST
        async with aclosing(pages) as messages:
            async for message in messages:
                marks = (message.get("metadata") or {}).get("event_payload") or {}
                if message.get("bot_id") == self._bot_id and marks.get("alert") == digest:
                    return True
                left -= 1
                if not left:
                    break
        return False

    async def _direct(self, user: str) -> str:
        """Return the channel of direct messages with *user*; empty if there is none yet."""
        async with aclosing(
            self._api.pages("users.conversations", "channels", types="im")
        ) as channels:
            async for channel in channels:
                if channel.get("user") == user:
                    return str(channel["id"])
        return ""


def _digest(ref: str) -> str:
    return hashlib.sha256(ref.encode()).hexdigest()[:32]
