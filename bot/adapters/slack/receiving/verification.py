"""Verification of requests over HTTP, before Bolt sees them.

Bolt answers a timestamp that is no number or a signature that is not ASCII with 500, and parses a
body before it verifies it. So each request has its size checked, is verified and parsed here, in
this order. A refusal is one line of plain text, without a stack trace.
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

# The body, if it was JSON, for the handler.
DOCUMENT = web.RequestKey("DOCUMENT", Json)

log = logging.getLogger(__name__)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """Why a request is refused, in words that its sender may read."""

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

    async def verify_and_handle(request: web.Request) -> web.StreamResponse:
        request = request.clone(client_max_size=MAX_BODY)
        try:
            body = await _limited_body(request, timeout)
            _verify(key, body, request, clock())
            document = _document(body, request)
        except Refusal as refusal:
            reason = {"status": refusal.status, "reason": refusal.reason}
            log.warning("slack.request.refused", extra=reason)
            return _refused(refusal)
        if document is not None:
            request[DOCUMENT] = document
        return await handler(request)

    return verify_and_handle


def _refused(refusal: Refusal) -> web.Response:
    response = web.Response(status=refusal.status, text=f"{refusal.reason}\n")
    response.force_close()
    if refusal.status == 405:
        response.headers["Allow"] = "POST"
    return response


async def _limited_body(request: web.Request, seconds: float) -> bytes:
    """Return the body, of MAX_BODY bytes at most. Raises Refusal where Slack would send none."""
    if request.method != "POST":
        raise Refusal(405, "only POST is answered here")
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, f"the body is larger than {MAX_BODY} bytes")
    if "Content-Encoding" in request.headers:
        raise Refusal(415, "an encoded body is not accepted")
    try:
        # aiohttp waits forever for the rest of a body whose encoding broke.
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
    """Return the JSON object in *body*, alone or in a form; None for a form without one."""
    try:
        text = body.decode(request.charset or "utf-8")
        if request.content_type == "application/json":
            documents = [text]
        elif request.content_type == "application/x-www-form-urlencoded" and text[:1] != "{":
            documents = parse_qs(text, strict_parsing=True, errors="strict").get("payload", [])
        else:
            raise Refusal(400, "the body is neither JSON nor a form")
        payloads = [json.loads(document) for document in documents]
    except (ValueError, LookupError, RecursionError):
        payloads = [None]
    if not body or not all(isinstance(payload, dict) for payload in payloads):
        raise Refusal(400, "the body is not well formed")
    return payloads[0] if payloads else None
