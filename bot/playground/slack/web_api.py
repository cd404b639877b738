"""Slack's Web API over HTTP: arguments, tokens and scopes checked, faults where wanted."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.playground.slack import arguments
from bot.playground.slack.arguments import ApiError, Json
from bot.playground.slack.hazards import Ending, Fault
from bot.playground.slack.methods import METHODS
from bot.playground.slack.methods.caller import Site

_MOST_CALLS = 100_000
_FAMILIES = ("channels", "groups", "im", "mpim")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method, as it was made and as it ended."""

    method: str
    args: Mapping[str, Any]
    outcome: str  # "ok", Slack's error code, or what the fault was
    at: float  # seconds, monotonic


class WebApi:
    """Answers ``/api/…``."""

    def __init__(self, site: Site, bot_token: str, app_token: str) -> None:
        self.calls: deque[Call] = deque(maxlen=_MOST_CALLS)
        self.connections_url = ""
        self._site = site
        self._tokens = {bot_token: "bot", app_token: "app"}
        self._unanswered = asyncio.Event()  # set at the end, for those who wait in silence

    def stop(self) -> None:
        """Let go of callers that wait in silence."""
        self._unanswered.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        method = request.match_info["method"]
        given = await _given(request)
        token = given.pop("token", None) or _bearer(request)
        if latency := self._site.hazards.latency.get(method, 0.0):
            await asyncio.sleep(latency)
        fault = self._site.hazards.next(method)
        if fault and not fault.after_effect:
            self._record(method, given, fault.ending.name.lower())
            return await self._fail(request, fault)
        body = self._answer(method, token, given)
        outcome = "ok" if body["ok"] else body["error"]
        if fault:
            self._record(method, given, f"{outcome}, then {fault.ending.name.lower()}")
            return await self._fail(request, fault)
        self._record(method, given, outcome)
        return web.json_response(body, headers={"x-oauth-scopes": self._scopes()})

    def _answer(self, method: str, token: str | None, given: Json) -> Json:
        try:
            self._authorize(method, token)
            args = arguments.checked(method, given)
            if method == "apps.connections.open":
                return {"ok": True, "url": self.connections_url}
            return {"ok": True, **METHODS[method](self._site, args)}
        except ApiError as error:
            body: Json = {"ok": False, "error": error.code, **error.more}
            if error.messages:
                body["response_metadata"] = {"messages": list(error.messages)}
            return body

    def _authorize(self, method: str, token: str | None) -> None:
        if method not in arguments.METHODS:
            raise ApiError("unknown_method", req_method=method)
        if token is None:
            raise ApiError("not_authed")
        kind = self._tokens.get(token)
        if kind is None:
            raise ApiError("invalid_auth")
        if (kind == "app") != (method == "apps.connections.open"):
            raise ApiError("not_allowed_token_type")
        needed, _ = arguments.METHODS[method]
        family, _, right = needed.partition(":")
        options = {f"{one}:{right}" for one in _FAMILIES} if family == "*" else {needed}
        if kind == "bot" and needed and not options & self._site.scopes:
            provided = self._scopes()
            raise ApiError("missing_scope", needed=",".join(sorted(options)), provided=provided)

    def _scopes(self) -> str:
        return ",".join(sorted(self._site.scopes))

    def _record(self, method: str, args: Json, outcome: str) -> None:
        self.calls.append(Call(method, args, outcome, time.monotonic()))

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.ending:
            case Ending.STATUS:
                headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
                body = {"ok": False, "error": fault.error}
                return web.json_response(body, status=fault.status, headers=headers)
            case Ending.ERROR:
                return web.json_response({"ok": False, "error": fault.error})
            case Ending.RESET:
                if request.transport:
                    request.transport.abort()
                return web.Response()
            case Ending.SILENCE:
                await self._unanswered.wait()
                return web.Response(status=503)


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except json.JSONDecodeError:
            return {}
        return body if isinstance(body, dict) else {}
    posted = await request.post()
    return {**request.query, **posted}


def _bearer(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else None
