"""Slack tells of a mention twice: as a ``message`` and as an ``app_mention``.

What says the same is taken in once: the second event waits for what becomes of the first, and is
taken in itself if that failed. So it is with what Slack delivers again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.json_types import Json

_OWN = frozenset({"type", "channel_type", "event_ts"})  # of an event, not of its message
_TELLS_NOTHING = frozenset({None, "channel"})  # of its channel
_RECENT = 64  # messages: both events arrive within moments of each other


@dataclass(frozen=True, slots=True)
class _First:
    said: Json
    channel_type: object
    taken: asyncio.Future[bool]

    async def covers(self, said: Json, channel_type: object) -> bool:
        """Whether nothing is left to take in of an event."""
        is_known = channel_type in _TELLS_NOTHING or channel_type == self.channel_type
        return is_known and said == self.said and await asyncio.shield(self.taken)


class Copies:
    """Remembers the latest messages that events have told of."""

    def __init__(self) -> None:
        self._first: dict[tuple[object, object], _First] = {}

    async def once(self, event: Json, take: Callable[[], Awaitable[None]]) -> None:
        """Call *take*, unless it was called without an error for an event that says the same."""
        said = {name: value for name, value in event.items() if name not in _OWN}
        place, channel_type = (event.get("channel"), event.get("ts")), event.get("channel_type")
        first = self._first.get(place)
        if first and await first.covers(said, channel_type):
            return
        taken = asyncio.get_running_loop().create_future()
        self._first[place] = _First(said, channel_type, taken)
        if len(self._first) > _RECENT:
            del self._first[next(iter(self._first))]
        try:
            await take()
        except BaseException:
            taken.set_result(False)
            raise
        taken.set_result(True)
