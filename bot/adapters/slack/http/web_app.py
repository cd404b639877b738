"""The web application that Slack sends payloads to, and its health check."""

import resource
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response

from bot.adapters.slack.api.manifest import EVENTS_PATH
from bot.adapters.slack.http.connections import ConnectionGuard, Limits
from bot.adapters.slack.http.verification import MAX_BODY, PAYLOAD, Handler, verified
from bot.adapters.slack.receiving.receiver import BoltApp
from bot.panel.errors import PanelError

HEALTH_PATH = "/healthz"
GUARD = web.AppKey("GUARD", ConnectionGuard)

_MOST_CONNECTIONS = 1_000
_HEAD = 64 * 1024  # bytes, with what is sent behind a body


def usual_limits() -> Limits:
    """Return the usual limits; half of the descriptors are left for Redis, Slack and OpenAI."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = descriptors != resource.RLIM_INFINITY and descriptors // 2 < _MOST_CONNECTIONS
    return Limits(descriptors // 2 if few else _MOST_CONNECTIONS, MAX_BODY + _HEAD)


def http_app(
    app: BoltApp,
    signing_secret: str,
    healthy: Callable[[], Awaitable[bool]],
    limits: Limits | None = None,
) -> web.Application:
    """Return the web application that Slack talks to; it guards its connections."""
    guard = ConnectionGuard(limits or usual_limits())

    async def deliver(request: web.Request) -> web.StreamResponse:
        guard.exempt(request.transport)
        return await to_aiohttp_response(await app.receive(request[PAYLOAD]))

    async def health(_request: web.Request) -> web.Response:
        answer = web.Response(text="ok")
        if not await healthy():
            answer = web.Response(status=503, text="Redis cannot be reached")
        answer.force_close()  # only who sends what Slack has signed may keep a connection
        return answer

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
    served.router.add_route("*", EVENTS_PATH, verified(signing_secret, deliver))
    served.router.add_get(HEALTH_PATH, health)
    return served


def health(probe: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[bool]]:
    """Return a health check that passes if *probe* does not fail."""

    async def healthy() -> bool:
        try:
            await probe()
        except PanelError:
            return False
        return True

    return healthy
