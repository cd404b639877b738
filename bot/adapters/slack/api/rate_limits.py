"""Slack's rate limits, and waiting until a call fits them.

The tiers (calls a minute, for each method and workspace) are those of the method reference.
``chat.postMessage`` has limits of its own: one message a second in a channel, more in a short
burst, and "several hundred a minute" in a workspace.
https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Mapping
from typing import Any

from bot.panel.errors import MessengerUnavailable, StoreUnavailable
from bot.panel.loops import Trouble
from bot.panel.messaging.rate_limiter import Limit, RateLimiter

_trouble = Trouble("slack.unpaced")

BURST = 20  # messages in a channel at once: enough for the replies of a panel
WORKSPACE = 300  # messages a minute
STREAMS = 15  # starts a minute: each has to be stopped soon, under a lower limit

CALLS_PER_MINUTE: Mapping[str, int] = {
    "agents.sessions.setStatus": 50,
    "assistant.threads.setStatus": 600,
    "assistant.threads.setSuggestedPrompts": 100,
    "chat.appendStream": 100,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "chat.stopStream": 20,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.members": 100,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "users.conversations": 50,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
}


class TooBusy(MessengerUnavailable):
    """Too many calls are waiting; this one is not urgent and is skipped."""


def limits(method: str, args: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Return the limits of a call, the narrowest first."""
    if method == "chat.postMessage":
        channel = Limit(f"{method}:{args.get('channel', '')}", BURST, BURST)
        return channel, Limit(method, WORKSPACE, 60)
    if method == "chat.startStream":
        return (Limit(method, STREAMS, 60),)
    most = CALLS_PER_MINUTE.get(method)
    return (Limit(method, most, 60),) if most else ()


async def wait_for_slot(
    limiter: RateLimiter, limits: tuple[Limit, ...], within: float | None
) -> None:
    """Return when a call under *limits* may be made. Raises TooBusy if not *within* seconds.

    Without Redis nobody waits: Slack says by itself when calls are too fast.
    """
    try:
        if limits and not await limiter.wait(limits, within=within):
            raise TooBusy("too busy for a call that is not urgent")
        _trouble.over()
    except StoreUnavailable as error:
        _trouble.tell(error)


async def pause_others(limiter: RateLimiter, limits: tuple[Limit, ...], seconds: float) -> None:
    """Make all processes wait *seconds* before the next such call."""
    try:
        if limits:
            await limiter.block(limits[0], seconds)
    except StoreUnavailable as error:
        _trouble.tell(error)
