"""The Bolt app, to which each transport gives payloads."""

import logging
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.act_once import ActOnce, ListenerCompletion, ListenerStart
from bot.adapters.slack.receiving.events import event_of
from bot.adapters.slack.receiving.well_formed import DROPPED, well_formed
from bot.json_types import Json
from bot.logs import RepeatedWarning
from bot.panel import observing
from bot.panel.errors import TryLater
from bot.panel.messaging.deliveries import DeliveryStore
from bot.panel.messaging.locales import Locales
from bot.panel.model import UserId
from bot.panel.observing import Kind

log = logging.getLogger(__name__)

_WORD = re.compile(r"[\w.]{1,50}", re.ASCII)
MESSAGES = frozenset({"message", "app_mention"})


class Receiver(Protocol):
    """What a transport gives payloads to."""

    async def receive(self, payload: object) -> BoltResponse:
        """Return the response to any payload; the status of one that makes no sense is 400."""


class BoltApp(AsyncApp):
    """A Bolt app that offers each payload to *take_in* first: what that takes is not Bolt's."""

    take_in: Callable[[Json], Awaitable[bool]] | None = None
    channels = Channels()
    _act_once: ActOnce | None = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._malformed = malformed_warning()
        self._not_taken = RepeatedWarning(log, "payload.not_taken")
        self._failed = RepeatedWarning(log, "payload.failed")

    def act_once(self, store: DeliveryStore) -> None:
        """Act once on each command, click and form, among all processes that share *store*."""
        self._act_once = ActOnce(store)
        self.listener_runner.listener_start_handler = ListenerStart()
        self.listener_runner.listener_completion_handler = ListenerCompletion()

    async def receive(self, payload: object) -> BoltResponse:
        """Return the response to any payload; the status of one that makes no sense is 400."""
        return await received(payload, self.respond, self._malformed)

    async def respond(self, body: Json) -> BoltResponse:
        body = with_known_addresses(body, self.client.base_url)
        try:
            if self.take_in and await self.take_in(body):
                return BoltResponse(status=200)
            body = await self.channels.incoming(body, anew=False)
            return await self.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        except Exception as error:  # noqa: BLE001 - Slack gets an answer in any case
            response = BoltResponse(status=500)
            await self.on_error(error, body, response)
            return response

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        if self._act_once is None:
            return await super().async_dispatch(req)
        return await self._act_once.run(req, partial(super().async_dispatch, req))

    async def on_error(self, error: Exception, body: Json, response: BoltResponse | None) -> None:
        """Choose the status for Slack, which delivers again whatever is not answered with 200."""
        kind = _kind(body)
        match error:
            case BoltUnhandledRequestError():
                log.info("payload.unhandled", extra={"kind": kind})
                status = 200 if "event" in body else 404
            case TryLater():
                self._not_taken.tell(str(error), kind=kind)
                status = 503
            case _:
                self._failed.tell(f"{type(error).__name__} {kind}", error, kind=kind)
                status = 500
        if response is not None:  # None: Slack has had its answer already
            response.status = status


def malformed_warning() -> RepeatedWarning:
    """Return what a receiver says of payloads that make no sense."""
    return RepeatedWarning(log, "payload.malformed")


async def received(
    payload: object, respond: Callable[[Json], Awaitable[BoltResponse]], malformed: RepeatedWarning
) -> BoltResponse:
    """Return what *respond* does, if *payload* makes sense, else that it is *malformed*."""
    with observing.within(Kind.RECEIVE) as receiving:
        body = well_formed(payload)
        if body is None:
            malformed.tell("no fields of Slack's")
            response = BoltResponse(status=400)
        elif body.get("type") == DROPPED:
            log.warning("events.dropped", extra={"team": body.get("team_id")})
            response = BoltResponse(status=200)
        else:
            response = await respond(body)
        receiving.know(status=response.status)
        return response


def _kind(body: Json) -> str:
    """Return the type of a payload, if it is a word as Slack's are."""
    kind = str(event_of(body).get("type") or body.get("type"))
    return kind if _WORD.fullmatch(kind) else "?"


def authorize_result(identity: Identity, token: str) -> AuthorizeResult:
    """Return what Bolt needs for each request, so that it does not call Slack."""
    return AuthorizeResult(
        enterprise_id=None,
        team_id=identity.team_id,
        bot_token=token,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
    )


def bolt_app(web_client: AsyncWebClient, identity: Identity, locales: Locales) -> BoltApp:
    """Return a Bolt app that calls no Slack API by itself and logs no payload.

    Its listeners run in the language of the user who acted.
    """
    token = web_client.token or ""

    async def authorize() -> AuthorizeResult:
        return authorize_result(identity, token)

    async def listen(context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        await locales.use_language_of(UserId(context.user_id) if context.user_id else None)
        await next_()

    # With these two in the environment Bolt silently switches to OAuth and drops the token.
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)
    app = BoltApp(
        name="slack_bolt.panelbot",  # Bolt silences the logger of that name: not ours
        client=web_client,
        logger=web_api.quiet,
        authorize=authorize,
        request_verification_enabled=False,  # see verification.py; Socket Mode needs none
        attaching_conversation_kwargs_enabled=False,
        raise_error_for_unhandled_request=True,
    )
    app.use(listen)
    app.error(app.on_error)
    return app


_DOMAINS = ("slack.com", "slack-gov.com")


def with_known_addresses(body: Json, api_url: str) -> Json:
    """Return *body* without response URLs that lead elsewhere than Slack or *api_url*'s host."""
    if "response_url" in body and not _is_known(body["response_url"], api_url):
        body = {name: value for name, value in body.items() if name != "response_url"}
    if listed := body.get("response_urls"):
        known = [one for one in listed if _is_known(one.get("response_url"), api_url)]
        body = body | {"response_urls": known}
    return body


def _is_known(url: object, api_url: str) -> bool:
    if not isinstance(url, str) or not url.isprintable() or "\\" in url:
        return False
    try:
        parts, own = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return True
    is_slacks = any(f".{parts.netloc}".endswith(f".{domain}") for domain in _DOMAINS)
    return parts.scheme == "https" and is_slacks and "@" not in parts.netloc
