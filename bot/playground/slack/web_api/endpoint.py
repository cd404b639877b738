"""Slack's Web API over HTTP: checks arguments, tokens and scopes, and injects faults."""

import asyncio
import json
import time
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.hazards import Ending, Fault
from bot.playground.slack.web_api import arguments
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.table import METHODS
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.tokens import Token

_READING = (
    "conversations",
    "getPermalink",
    "history",
    "info",
    "list",
    "members",
    "replies",
    "revoke",  # so the reference says, and the SDK does
    "test",
)
_KINDS = {"apps.connections.open": "app", "apps.event.authorizations.list": "app"}  # of tokens
_BY_SECRET = frozenset({"oauth.v2.access"})  # a client id and secret: these take no token
_FAMILIES = ("channels", "groups", "im", "mpim")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method, and its outcome."""

    method: str
    args: Mapping[str, Any]
    outcome: str  # "ok", Slack's error code, or what the fault was
    at: float  # seconds, monotonic
    token: str = field(default="", repr=False)
    team_id: str = ""  # the workspace that the token is for, or the organisation


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls a method that is about the app or its installation."""

    value: str = field(repr=False)  # of the token
    token: Token | None = None
    client_id: str = ""
    client_secret: str = field(default="", repr=False)


AppMethod = Callable[[Caller, Json], Json]


class WebApi:
    """Handles ``/api/…``; records the last *kept* calls."""

    def __init__(
        self,
        state: ServerState,
        tokens: dict[str, Token],
        app_methods: Mapping[str, AppMethod],
        kept: int,
    ) -> None:
        self.calls: deque[Call] = deque(maxlen=kept)
        self._state = state
        self._tokens = tokens
        self._app_methods = app_methods  # which act in no workspace
        self._stopped = asyncio.Event()  # set at shutdown: releases callers that get no response

    def stop(self) -> None:
        """Release the callers that get no response."""
        self._stopped.set()

    def knows(self, authorization: str, state: ServerState) -> bool:
        """Return whether that header is a bot's, which may act in that workspace."""
        token = self._tokens.get(authorization.removeprefix("Bearer "))
        return (
            token is not None
            and token.kind == "bot"
            and not token.problem
            and state in token.states
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle a call."""
        method = request.match_info["method"]
        if request.method != "POST" and method.rpartition(".")[2] not in _READING:
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])  # a link changes nothing
        args, problem = await _arguments(request)
        caller = self._caller(request, args)
        if latency := self._state.hazards.latency.get(method, 0.0):
            await asyncio.sleep(latency)
        fault = self._fault(method, caller, args)
        if fault and not fault.after_effect:
            self._record(method, caller, args, fault.ending.name.lower())
            return await self._fail(request, fault)
        body = _refusal(problem) if problem else self._answer(method, caller, args)
        outcome = "ok" if body["ok"] else str(body["error"])
        if fault:
            self._record(method, caller, args, f"{outcome}, then {fault.ending.name.lower()}")
            return await self._fail(request, fault)
        self._record(method, caller, args, outcome)
        return web.json_response(body, headers=self._headers(method, caller))

    def _caller(self, request: web.Request, args: Json) -> Caller:
        """Return who calls; what tells it is taken out of *args*."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        bearer = given if kind == "Bearer" else ""
        client_id, client_secret = _basic(given) if kind == "Basic" else ("", "")
        value = str(args.pop("token", None) or bearer)
        client_id = str(args.pop("client_id", None) or client_id)
        client_secret = str(args.pop("client_secret", None) or client_secret)
        return Caller(value, self._tokens.get(value), client_id, client_secret)

    def _fault(self, method: str, caller: Caller, args: Json) -> Fault | None:
        hazards, now = self._state.hazards, time.monotonic()
        return hazards.next(method) or hazards.too_fast(
            method, str(args.get("channel")), now, _team_of(caller)
        )

    def _answer(self, method: str, caller: Caller, raw_args: Json) -> Json:
        try:
            self._authorize(method, caller)
            if act := self._app_methods.get(method):
                return {"ok": True, **act(caller, arguments.checked(method, raw_args))}
            state = caller.token.state_for(method, raw_args) if caller.token else self._state
            _check_state(state, method)
            args = arguments.checked(method, raw_args)
            return {"ok": True, **METHODS[method](state, args)}
        except ApiError as error:
            body = _refusal(error.code) | error.more
            if error.messages:
                body["response_metadata"] = {"messages": list(error.messages)}
            return body

    def _authorize(self, method: str, caller: Caller) -> None:
        if method not in arguments.METHODS:
            raise ApiError("unknown_method", req_method=method)
        if method in _BY_SECRET:
            return
        if not caller.value:
            raise ApiError("not_authed")
        token = caller.token
        if token is None:
            raise ApiError("invalid_auth")
        if problem := token.problem or self._why_dead(token):
            raise ApiError(problem)
        if token.kind != _KINDS.get(method, "configuration" if _is_about_apps(method) else "bot"):
            raise ApiError("not_allowed_token_type")

    def _why_dead(self, token: Token) -> str:
        if token.organisation is None and not token.states[0].installed:
            return "account_inactive"
        return "token_expired" if token.expires_at <= self._state.hazards.now() else ""

    def _headers(self, method: str, caller: Caller) -> dict[str, str]:
        states = caller.token.states if caller.token else ()
        headers = {
            "x-accepted-oauth-scopes": ",".join(sorted(accepted_scopes(method))),
            "x-slack-req-id": self._state.workspace.new_id("req-"),
        }
        if states and self._state.hazards.tells_scopes:
            headers["x-oauth-scopes"] = ",".join(sorted(states[0].scopes))
        return headers

    def _record(self, method: str, caller: Caller, args: Json, outcome: str) -> None:
        call = Call(method, args, outcome, time.monotonic(), caller.value, _team_of(caller))
        self.calls.append(call)

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
    return method.startswith(("apps.manifest.", "apps.icon."))


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


def _basic(credentials: str) -> tuple[str, str]:
    try:
        client_id, _, secret = b64decode(credentials).decode().partition(":")
    except ValueError:
        return "", ""
    return client_id, secret


def _team_of(caller: Caller) -> str:
    return caller.token.team_id if caller.token else ""


def _check_state(state: ServerState, method: str) -> None:
    """Raise ApiError if the workspace does not take the call now, or the app may not make it."""
    if state.is_migrating:
        raise ApiError("team_added_to_org")
    accepted = accepted_scopes(method)
    if accepted and not _is_about_apps(method) and not accepted & state.scopes:
        raise state.missing_scope(*accepted)
