"""What brings payloads in: HTTP behind a verifying door, or Socket Mode connections."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.identity import Identity
from bot.adapters.slack.manifest import EVENTS_PATH
from bot.adapters.slack.verification import MAX_BODY, verified

log = logging.getLogger(__name__)

HEALTH_PATH = "/healthz"


def bolt_app(web_client: AsyncWebClient, identity: Identity) -> AsyncApp:
    """Return a Bolt app that asks Slack nothing by itself."""
    token = web_client.token or ""

    async def authorize() -> AuthorizeResult:
        return identity.authorize_result(token)

    # With these two in the environment Bolt silently switches to OAuth and drops the token.
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)
    tokenless = AsyncWebClient(base_url=web_client.base_url, session=web_client.session)
    return AsyncApp(
        client=tokenless,  # each request gets the token that authorize names
        authorize=authorize,
        request_verification_enabled=False,  # the door has done it, or Socket Mode needs none
        attaching_conversation_kwargs_enabled=False,
    )


def http_app(
    app: AsyncApp, signing_secret: str, healthy: Callable[[], Awaitable[bool]]
) -> web.Application:
    """Return the web application that Slack talks to."""

    async def deliver(request: web.Request) -> web.StreamResponse:
        answer = await app.async_dispatch(await _bolt_request(request))
        return await to_aiohttp_response(answer)

    async def health(_request: web.Request) -> web.Response:
        if await healthy():
            return web.Response(text="ok")
        return web.Response(status=503, text="Redis cannot be reached")

    served = web.Application(client_max_size=MAX_BODY)
    served.router.add_post(EVENTS_PATH, verified(signing_secret, deliver))
    served.router.add_get(HEALTH_PATH, health)
    return served


async def _bolt_request(request: web.Request) -> AsyncBoltRequest:
    """Read the body ourselves: Bolt's parser loses any form that has the word "payload" in it."""
    if request.content_type == "application/json":
        body = await request.json()
    else:
        form: dict[str, Any] = dict((await request.post()).items())
        body = json.loads(form["payload"]) if "payload" in form else form
    headers: dict[str, Any] = dict(request.headers)
    return AsyncBoltRequest(body=body, headers=headers, mode="socket_mode")


class SocketModeReceiver:
    """Keeps several connections, so that one may close without a gap."""

    def __init__(
        self, app: AsyncApp, app_token: str, web_client: AsyncWebClient, connections: int
    ) -> None:
        self._handlers = [
            AsyncSocketModeHandler(app, app_token, web_client=web_client)
            for _ in range(connections)
        ]

    async def start(self) -> None:
        """Open the connections."""
        connecting = [handler.connect_async() for handler in self._handlers]  # type: ignore[no-untyped-call]
        await asyncio.gather(*connecting)
        log.info("socket_mode.connected", extra={"connections": len(self._handlers)})

    async def stop(self) -> None:
        """Close the connections; what is under way is acknowledged first or comes again."""
        closing = [handler.close_async() for handler in self._handlers]  # type: ignore[no-untyped-call]
        await asyncio.gather(*closing)
