"""The door in front of Bolt for delivery over HTTP.

Bolt answers a timestamp that is no number or a signature that is not ASCII with 500, and parses a
body before it verifies it. So each request is measured, verified and read here first, in this
order, and only what Slack could have sent goes on. Refusals are one plain line and no stack trace.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable
from time import time
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge

from bot.json_types import Json

MAX_BODY = 1_000_000
MAX_AGE = 5 * 60

# What the door has read, if it is JSON, for those behind it.
DOCUMENT = web.RequestKey("DOCUMENT", Json)

log = logging.getLogger(__name__)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """Why a request is not let in, as its sender may know it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def verified(
    secret: str,
    handler: Handler,
    *,
    clock: Callable[[], float] = time,
    timeout: float = 10.0,
) -> Handler:
    """Wrap *handler*, so that it sees only requests that Slack has signed within five minutes."""
    if not secret:
        raise ValueError("the signing secret is empty")
    key = secret.encode()

    async def door(request: web.Request) -> web.StreamResponse:
        request = request.clone(client_max_size=MAX_BODY)
        try:
            body = await _measured(request, timeout)
            _verify(key, body, request, clock())
            document = _document(body, request)
        except Refusal as refusal:
            reason = {"status": refusal.status, "reason": refusal.reason}
            log.warning("slack.request.refused", extra=reason)
            return _refused(refusal)
        if document is not None:
            request[DOCUMENT] = document
        return await handler(request)

    return door


def _refused(refusal: Refusal) -> web.Response:
    response = web.Response(status=refusal.status, text=f"{refusal.reason}\n")
    response.force_close()
    if refusal.status == 405:
        response.headers["Allow"] = "POST"
    return response


async def _measured(request: web.Request, seconds: float) -> bytes:
    """The body, read no further than the cap; what is not as Slack sends it is not read at all."""
    if request.method != "POST":
        raise Refusal(405, "only POST is answered here")
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, f"the body is larger than {MAX_BODY} bytes")
    if "Content-Encoding" in request.headers:
        raise Refusal(415, "an encoded body is not accepted")
    try:
        # aiohttp waits without end for the rest of a body whose encoding broke.
        async with asyncio.timeout(seconds):
            return await request.read()
    except HTTPRequestEntityTooLarge:
        raise Refusal(413, f"the body is larger than {MAX_BODY} bytes") from None
    except TimeoutError:
        raise Refusal(408, "the body did not arrive in time") from None


def _verify(key: bytes, body: bytes, request: web.Request, now: float) -> None:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Refusal(401, "the request has no valid timestamp")
    if abs(now - int(timestamp)) > MAX_AGE:
        raise Refusal(401, f"the request is more than {MAX_AGE} seconds old or ahead of time")
    signed = b"v0:%s:%s" % (timestamp.encode(), body)
    expected = "v0=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise Refusal(401, "the request is not signed with this app's signing secret")


def _document(body: bytes, request: web.Request) -> Json | None:
    """Return the JSON object that came, by itself or in a form; None for any other form."""
    try:
        text = body.decode(request.charset or "utf-8")
        if request.content_type == "application/json":
            documents = [text]
        elif request.content_type == "application/x-www-form-urlencoded" and text[:1] != "{":
            documents = parse_qs(text, strict_parsing=True, errors="strict").get("payload", [])
        else:
            raise Refusal(400, "the body is neither JSON nor a form")
        found = [json.loads(document) for document in documents]
    except (ValueError, LookupError, RecursionError):
        found = [None]
    if not body or not all(isinstance(document, dict) for document in found):
        raise Refusal(400, "the body is not well formed")
    return found[0] if found else None
