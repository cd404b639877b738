"""Reading a thread from its end. Slack's pages begin with the oldest message of a span of time.

1. A thread of one page takes one call. The first page of a longer one tells how many replies it
   has; so the next calls ask for spans of time at its end that a page should hold.
2. The calls are bounded. Where the oldest messages are not reached, the first page comes all the
   same, and what lies between is left out.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import NamedTuple

from bot import runtime
from bot.json_types import Json

log = logging.getLogger(__name__)

_MOST_CALLS = 40  # of spans: some 5,000 replies, in a minute
_SMALL_PAGE = 100  # messages; where Slack gives less at once, it takes one call a minute
_FEW_CALLS = 4
_FILLED = 0.7  # of a page, by what a span should hold
_MOMENT = 1e-6  # seconds between two messages at least


class Page(NamedTuple):
    """Messages, the oldest first, and whether there are more in the same span."""

    messages: list[Json]
    has_more: bool


ReadSpan = Callable[[str | None, str | None], Awaitable[Page]]  # from the oldest to the latest ts


async def newest_first(
    read: ReadSpan, oldest: str | None = None, latest: str | None = None
) -> AsyncGenerator[Json, None]:
    """Yield the messages of a thread from its newest to its root, as far as the calls reach."""
    first, has_more = await read(oldest, latest)
    if has_more:
        async for message in _before_the_end(read, first, latest):
            yield message
    for message in reversed(first):
        yield message


async def _before_the_end(
    read: ReadSpan, first: list[Json], latest: str | None
) -> AsyncGenerator[Json, None]:
    """Yield the messages that are newer than those of the *first* page, newest first."""
    root, known = first[0], float(first[-1]["ts"])
    end = min(float(latest or "inf"), float(root.get("latest_reply") or runtime.time()))
    left = max(root.get("reply_count", 0) - len(first), len(first))
    span = (end - known) * _FILLED * len(first) / left
    for _ in range(_MOST_CALLS if len(first) >= _SMALL_PAGE else _FEW_CALLS):
        begin = max(end - span, known + _MOMENT)
        messages, has_more = await read(f"{begin:.6f}", f"{end:.6f}")
        if has_more and span > _MOMENT:
            span /= 4
            continue
        replies = [message for message in messages if float(message["ts"]) > known]  # no root
        for message in reversed(replies):
            yield message
        if begin <= known + _MOMENT:
            return
        end = begin - _MOMENT
        span *= min(_FILLED * len(first) / max(len(replies), 1), 8)
    log.info("thread.read_in_part", extra={"ts": root["ts"], "replies": root.get("reply_count")})
