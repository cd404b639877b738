"""Whether a channel really has another id: an event alone is not believed.

Whatever is stored of the old channel, its panel and its conversations, will be the new one's. So
Slack is asked: the old id must not be a channel any more, and the new one a private channel of ours
that is shared, as only these get new ids. Where Slack does not let us ask, the move is found out by
the stamps of our messages, in threads that go on (``Transcript.has_moved``).
"""

import asyncio
import logging

from bot.adapters.slack.api.answers import SlackRefused
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.errors import MessengerUnavailable
from bot.panel.messaging.channel_moves import ChannelMove
from bot.panel.retries import Backoff, Retries

log = logging.getLogger(__name__)

_WITHIN = 2.0  # seconds: Slack waits for an answer, and tells it again if there is none
_NEWS_DELAYS = (0.2, 0.4, 0.8)  # before it is looked whether the new id has changed again
_GONE = "channel_not_found"
_SHARED = ("is_ext_shared", "is_org_shared", "is_shared")


async def is_true(api: SlackApi, move: ChannelMove) -> bool:
    """Whether Slack says nothing else than *move*.

    Raises MessengerUnavailable if it cannot be asked, or does not know the new id: that may have
    changed again, and then the word of it is on its way.
    """
    if move.new in api.channels.others(move.old):
        return True
    try:
        old, new = await asyncio.gather(_channel(api, move.old), _channel(api, move.new))
        is_gone = old is None or old.get("id") == move.new  # as Slack may know it under both
        retries = Retries(Backoff(_NEWS_DELAYS))
        while is_gone and new is None:
            if not await retries.wait():
                raise MessengerUnavailable("channel.unknown")
            new = await _channel(api, move.new)
    except SlackRefused as error:
        log.warning("channel.move_unchecked", extra={"new": move.new, "reason": str(error)})
        return False
    is_possible = is_gone and new is not None and _is_shared(new)
    if not is_possible:
        log.warning("channel.move_not_believed", extra={"old": move.old, "new": move.new})
    return is_possible


async def _channel(api: SlackApi, channel_id: str) -> Json | None:
    """Return a channel as Slack describes it; None if there is none that we may see."""
    try:
        answer = await api.read("conversations.info", within=_WITHIN, channel=channel_id)
    except SlackRefused as error:
        if error.code == _GONE:
            return None
        raise
    return dict(answer["channel"])


def _is_shared(channel: Json) -> bool:
    """Whether *channel* is a private one of ours that is shared."""
    is_shared = any(channel.get(sign) for sign in _SHARED)
    return bool(channel.get("is_private") and channel.get("is_member") and is_shared)
