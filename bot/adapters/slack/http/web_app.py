"""The web application that Slack sends payloads to."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.http.connections import Limits
from bot.adapters.slack.http.health import GUARD, health_app
from bot.adapters.slack.http.verification import PAYLOAD, verified
from bot.adapters.slack.receiving.receiver import Receiver


def http_app(
    app: Receiver,
    signing_secret: str,
    obstacle: Callable[[], Awaitable[str]],
    limits: Limits | None = None,
) -> web.Application:
    """Return the web application that Slack talks to; it tells how it fares, too."""
    served = health_app(obstacle, limits)

    async def deliver(request: web.Request) -> web.StreamResponse:
        served[GUARD].exempt(request.transport)
        response = await app.receive(request[PAYLOAD])
        if response.body:
            return await to_aiohttp_response(response)
        return web.Response(status=response.status)

    served.router.add_route("*", EVENTS_PATH, verified(signing_secret, deliver))
    return served
