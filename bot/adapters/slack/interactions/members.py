"""Who is in which channel, as Slack says at the time: nothing is remembered.

The channels of a person are one page or two, however large a channel is; those of people from
other organisations may not be listed, so the members of the channel are read for them.
"""

import logging
from collections.abc import Collection

from bot.adapters.slack.api.answers import SlackRefused
from bot.adapters.slack.api.web_api import SlackApi
from bot.panel.messaging.people import Members
from bot.panel.model import UserId

log = logging.getLogger(__name__)

_KINDS = "public_channel,private_channel,mpim,im"
_PAGE = 1_000
_UNSEEN = frozenset({"channel_not_found", "fetch_members_failed", "missing_scope"})


class SlackMembers(Members):
    """Reads ``users.conversations`` and ``conversations.members``."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def include(self, channel_id: str, user: UserId) -> bool | None:
        if channel_id in (await self.channels_of(user) or ()):
            return True
        pages = self._api.pages("conversations.members", "members", limit=_PAGE, channel=channel_id)
        try:
            async for member in pages:
                if str(member) == user:
                    return True
        except SlackRefused as error:
            if error.code not in _UNSEEN:
                raise
            return None
        return False

    async def channels_of(self, user: UserId) -> Collection[str] | None:
        pages = self._api.pages(
            "users.conversations", "channels", limit=_PAGE, user=user, types=_KINDS
        )
        first = self._api.channels.first
        try:
            return {first(str(channel["id"])) async for channel in pages}
        except SlackRefused as error:
            log.info("channels.not_listed", extra={"reason": error.code})
            return None
