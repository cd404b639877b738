"""Which channels are shared with other organisations, and which are public.

That a channel is shared, each of its events says, whatever the app may read. That others are only
invited, ``conversations.info`` tells, for which the app may lack the scopes.
"""

import logging
from collections.abc import Callable, Collection

from bot import runtime
from bot.adapters.slack.api.answers import SlackRefused
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.access.channel_facts import ChannelFacts, SharedChannelStore
from bot.panel.errors import MessengerUnavailable

log = logging.getLogger(__name__)

_MAX_AGE = 300.0  # seconds
_PUBLIC_AGE = 30.0  # seconds: that a channel is private now, only one process is told
_UNREAD: tuple[float, Collection[str]] = (float("-inf"), ())
_SOON = 1.0  # seconds: somebody waits, and events have told most
_MOST = 5_000


class SlackChannelFacts(ChannelFacts):
    """Reads channels; what Slack says of one is some minutes old at most."""

    def __init__(
        self,
        api: SlackApi,
        store: SharedChannelStore,
        *,
        clock: Callable[[], float] = runtime.monotonic,
    ) -> None:
        self._api = api
        self._store = store
        self._clock = clock
        self._noted: dict[str, bool] = {}
        self._infos: dict[str, tuple[float, Json]] = {}
        self._public = _UNREAD

    async def note(self, channel_id: str, *, shared: bool) -> None:
        """Note what an event says of its channel. Raises StoreUnavailable."""
        if self._noted.get(channel_id) is not shared:
            await self._store.note(channel_id, shared=shared)
            self._noted[channel_id] = shared

    def note_private(self, channel_id: str) -> None:
        """Note that a channel is not public (any more)."""
        if channel_id in self._public[1]:
            self._public = _UNREAD

    def ids(self, channel_id: str) -> Collection[str]:
        return self._api.channels.others(channel_id)

    async def is_shared(self, channel_id: str) -> bool:
        told = await self._store.is_shared(channel_id)
        if told:
            return True
        try:
            info = await self._info(channel_id)
        except (SlackRefused, MessengerUnavailable) as error:
            log.info("channel.unknown", extra={"channel": channel_id, "reason": str(error)})
            return told is None
        return _is_shared(info)

    async def is_known(self, channel_id: str) -> bool:
        """Whether the workspace has the channel, or shares it. Raises MessengerUnavailable."""
        try:
            await self._info(channel_id)
        except SlackRefused as refusal:
            return refusal.code != "channel_not_found"
        return True

    async def public(self) -> Collection[str]:
        if self._clock() - self._public[0] > _PUBLIC_AGE:
            pages = self._api.pages(
                "users.conversations", "channels", limit=999, types="public_channel"
            )
            try:
                ids = {self._api.channels.first(str(one["id"])) async for one in pages}
            except SlackRefused as error:
                log.info("channels.not_listed", extra={"reason": error.code})
                return ()
            self._public = self._clock(), ids
        return self._public[1]

    async def _info(self, channel_id: str) -> Json:
        at, known = self._infos.get(channel_id, (float("-inf"), {}))
        if self._clock() - at <= _MAX_AGE:
            return known
        answer = await self._api.read("conversations.info", within=_SOON, channel=channel_id)
        info: Json = answer["channel"]
        self._infos[channel_id] = self._clock(), info
        if len(self._infos) > _MOST:
            del self._infos[next(iter(self._infos))]
        return info


def _is_shared(channel: Json) -> bool:
    """Whether a channel is shared outside the organisation, or about to be."""
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        return True
    return bool(channel.get("is_shared")) and not channel.get("is_org_shared")
