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

_MOST_CALLS = 32  # after the first one: some 5,000 replies, in less than a minute
_NEWEST = 5  # pages, after which all the rest is read in whole ones, if there are calls enough
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
    root, known = first[0], float(first[-1]["ts"])
    end = min(float(latest or "inf"), float(root.get("latest_reply") or runtime.time()))
    left = unread = max(root.get("reply_count", 0) - len(first), len(first))
    span = (end - known) * _FILLED * len(first) / left
    calls = _MOST_CALLS if len(first) >= _SMALL_PAGE else _FEW_CALLS
    for call in range(calls):
        is_far = unread - left >= _NEWEST * len(first)
        if is_far and left <= (calls - call) * (len(first) - 1):
            for message in reversed(await _whole_pages(read, known, end, calls - call)):
                yield message
            return
        begin = max(end - span, known + _MOMENT)
        messages, has_more = await read(f"{begin:.6f}", f"{end:.6f}")
        if has_more and span > _MOMENT:
            span /= 4
            continue
        replies = _newer(messages, known)
        for message in reversed(replies):
            yield message
        if begin <= known + _MOMENT:
            return
        end, left = begin - _MOMENT, left - len(replies)
        span *= min(_FILLED * len(first) / max(len(replies), 1), 8)
    log.info("thread.read_in_part", extra={"ts": root["ts"], "replies": root.get("reply_count")})


async def _whole_pages(read: ReadSpan, known: float, end: float, most: int) -> list[Json]:
    """Return what is between two times, oldest first: in fewer calls, but all at once."""
    found: list[Json] = []
    for _ in range(most):
        messages, has_more = await read(f"{known + _MOMENT:.6f}", f"{end:.6f}")
        found += (newer := _newer(messages, known))
        if not (has_more and newer):
            break
        known = float(newer[-1]["ts"])
    return found


def _newer(messages: list[Json], known: float) -> list[Json]:
    return [message for message in messages if float(message["ts"]) > known]  # not the root
