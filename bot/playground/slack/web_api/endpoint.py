"""Slack's Web API over HTTP: checks arguments, tokens and scopes, and injects faults."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.hazards import Ending, Fault
from bot.playground.slack.web_api import arguments
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.table import METHODS
from bot.playground.slack.web_api.state import ServerState

_READING = (
    "conversations",
    "getPermalink",
    "history",
    "info",
    "list",
    "members",
    "replies",
    "test",
)
_KINDS = {"apps.connections.open": "app"}  # of tokens
_FAMILIES = ("channels", "groups", "im", "mpim")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method, and its outcome."""

    method: str
    args: Mapping[str, Any]
    outcome: str  # "ok", Slack's error code, or what the fault was
    at: float  # seconds, monotonic


class WebApi:
    """Handles ``/api/…``; records the last *kept* calls."""

    def __init__(
        self,
        state: ServerState,
        tokens: Mapping[str, str],
        open_socket: Callable[[], str],
        kept: int,
    ) -> None:
        self.calls: deque[Call] = deque(maxlen=kept)
        self._state = state
        self.tokens = dict(tokens)  # token: "bot", "app" or "configuration"
        self._open_socket = open_socket  # returns the URL of a new Socket Mode connection
        self._stopped = asyncio.Event()  # set at shutdown: releases callers that get no response

    def stop(self) -> None:
        """Release the callers that get no response."""
        self._stopped.set()

    def knows(self, authorization: str) -> bool:
        """Return whether that header is a bot's."""
        return self.tokens.get(authorization.removeprefix("Bearer ")) == "bot"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle a call."""
        method = request.match_info["method"]
        if request.method != "POST" and method.rpartition(".")[2] not in _READING:
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])  # a link changes nothing
        args, problem = await _arguments(request)
        token = args.pop("token", None) or _bearer(request)
        if latency := self._state.hazards.latency.get(method, 0.0):
            await asyncio.sleep(latency)
        fault = self._fault(method, args)
        if fault and not fault.after_effect:
            self._record(method, args, fault.ending.name.lower())
            return await self._fail(request, fault)
        body = _refusal(problem) if problem else self._answer(method, token, args)
        outcome = "ok" if body["ok"] else str(body["error"])
        if fault:
            self._record(method, args, f"{outcome}, then {fault.ending.name.lower()}")
            return await self._fail(request, fault)
        self._record(method, args, outcome)
        return web.json_response(body, headers=self._headers(method))

    def _fault(self, method: str, args: Json) -> Fault | None:
        hazards = self._state.hazards
        channel = str(args.get("channel"))
        return hazards.next(method) or hazards.too_fast(method, channel, time.monotonic())

    def _answer(self, method: str, token: str | None, raw_args: Json) -> Json:
        try:
            self._authorize(method, token)
            args = arguments.checked(method, raw_args)
            if method == "apps.connections.open":
                return {"ok": True, "url": self._open_socket()}
            return {"ok": True, **METHODS[method](self._state, args)}
        except ApiError as error:
            body = _refusal(error.code) | error.more
            if error.messages:
                body["response_metadata"] = {"messages": list(error.messages)}
            return body

    def _authorize(self, method: str, token: str | None) -> None:
        if method not in arguments.METHODS:
            raise ApiError("unknown_method", req_method=method)
        if token is None:
            raise ApiError("not_authed")
        kind = self.tokens.get(token)
        if kind is None:
            raise ApiError("invalid_auth")
        if not self._state.installed:
            raise ApiError("account_inactive")
        if kind != _KINDS.get(method, "configuration" if _is_about_apps(method) else "bot"):
            raise ApiError("not_allowed_token_type")
        accepted = accepted_scopes(method)
        if kind == "bot" and accepted and not accepted & self._state.scopes:
            raise self._state.missing_scope(*accepted)

    def _headers(self, method: str) -> dict[str, str]:
        return {
            "x-oauth-scopes": ",".join(sorted(self._state.scopes)),
            "x-accepted-oauth-scopes": ",".join(sorted(accepted_scopes(method))),
            "x-slack-req-id": self._state.workspace.new_id("req-"),
        }

    def _record(self, method: str, args: Json, outcome: str) -> None:
        self.calls.append(Call(method, args, outcome, time.monotonic()))

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.ending:
            case Ending.STATUS:
                headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
                body = _refusal(fault.error)
                return web.json_response(body, status=fault.status, headers=headers)
            case Ending.ERROR:
                return web.json_response(_refusal(fault.error))
            case Ending.RESET:
                if request.transport:
                    request.transport.abort()
                return web.Response()
            case Ending.SILENCE:
                await self._stopped.wait()
                return web.Response(status=503)


def _is_about_apps(method: str) -> bool:
    return method.startswith("apps.manifest.")


def _refusal(error: str) -> Json:
    return {"ok": False, "error": error}


def accepted_scopes(method: str) -> frozenset[str]:
    """Return the scopes that allow *method*; one is enough."""
    needed, _ = arguments.METHODS.get(method, ("", ""))
    family, _, right = needed.partition(":")
    if family == "*":
        return frozenset(f"{prefix}:{right}" for prefix in _FAMILIES)
    return frozenset({needed}) if needed else frozenset()


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """Return the arguments, and Slack's error code if the body is malformed."""
    if request.content_type != "application/json":
        return {**request.query, **await request.post()}, ""
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        return {}, "invalid_json"
    return (body, "") if isinstance(body, dict) else ({}, "json_not_object")


def _bearer(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else None
