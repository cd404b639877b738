"""In front of the local Slack and the local model API: springs the traps set on requests.

Each worker is known by what it sends anyhow: a Slack token and an OpenAI project of its own.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.faults import steps
from tests.faults.traps import Deed, Moment, Traps

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

TOKEN = "xoxb-playground-"
PROJECT = "OpenAI-Project"


def slack_gate(traps: Traps) -> Middleware:
    """Return what stands in front of Slack."""

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        worker = request.headers.get("Authorization", "").rpartition(TOKEN)[2]
        method = request.path.rpartition("/")[2]
        if not worker or "/api/" not in request.path:
            return await handler(request)
        step = steps.of_slack(method, dict(await request.post()))
        return await _pass(traps, worker, step, request, handler)

    return gate


def model_gate(traps: Traps) -> Middleware:
    """Return what stands in front of the model."""

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        worker = request.headers.get(PROJECT, "")
        if not worker:
            return await handler(request)
        body: Any = json.loads(await request.read() or b"{}")
        step = steps.of_model(request.method, request.path, body)
        return await _pass(traps, worker, step, request, handler)

    return gate


async def _pass(
    traps: Traps, worker: str, step: str, request: web.Request, handler: Handler
) -> web.StreamResponse:
    if traps.spring(worker, step, Moment.BEFORE) in (Deed.KILL, Deed.CUT):
        return _broken(request)
    if not traps.waits(step, Moment.AFTER):
        return await handler(request)
    answer = asyncio.ensure_future(handler(request))
    answer.add_done_callback(_note_end)  # whoever asked may be dead
    if step in ("model router", "model expert", "model closing"):
        await asyncio.sleep(0)  # it is accepted then; what is streamed, nobody hears
    else:
        await asyncio.wait([answer])
    if traps.spring(worker, step, Moment.AFTER) is Deed.CUT:
        await asyncio.wait([answer])
        return _broken(request)
    return await answer


def _note_end(answer: asyncio.Future[web.StreamResponse]) -> None:
    if not answer.cancelled():
        answer.exception()


def _broken(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
