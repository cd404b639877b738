"""What those who run the bot ask a process over HTTP: whether it lives, and is ready for work."""

import resource
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.adapters.slack.http.connections import ConnectionGuard, Limits
from bot.adapters.slack.http.verification import MAX_BODY, Handler

LIVE_PATH = "/livez"
READY_PATH = "/readyz"
OLDER_PATH = "/healthz"  # the same as READY_PATH
GUARD = web.AppKey("GUARD", ConnectionGuard)

_MOST_CONNECTIONS = 1_000
_HEAD = 64 * 1024  # bytes, with what is sent behind a body


def usual_limits() -> Limits:
    """Return the usual limits; half of the descriptors are left for Redis, Slack and OpenAI."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = descriptors != resource.RLIM_INFINITY and descriptors // 2 < _MOST_CONNECTIONS
    return Limits(descriptors // 2 if few else _MOST_CONNECTIONS, MAX_BODY + _HEAD)


def health_app(
    obstacle: Callable[[], Awaitable[str]], limits: Limits | None = None
) -> web.Application:
    """Return a web application that tells how the process fares, and guards its connections.

    It lives if its loop turns: whether Redis can be reached is no reason to restart it. *obstacle*
    returns why it is not ready; nothing if it is.
    """
    guard = ConnectionGuard(limits or usual_limits())

    async def live(_request: web.Request) -> web.Response:
        return _closing(web.Response(text="ok"))

    async def ready(_request: web.Request) -> web.Response:
        reason = await obstacle()
        return _closing(web.Response(text=reason or "ok", status=503 if reason else 200))

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            refusal.force_close()
            raise
        finally:
            guard.answered(request.transport)

    served = web.Application(middlewares=[guarded])
    served[GUARD] = guard
    served.router.add_get(LIVE_PATH, live)
    served.router.add_get(READY_PATH, ready)
    served.router.add_get(OLDER_PATH, ready)
    return served


def _closing(answer: web.Response) -> web.Response:
    answer.force_close()  # only who sends what Slack has signed may keep a connection
    return answer
