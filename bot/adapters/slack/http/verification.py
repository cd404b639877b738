"""Verification of requests over HTTP, before Bolt sees them.

1. Only Slack's requests are read: one whose signature or timestamp cannot be right is refused
   before its body is, and what it has sent of that is dropped.
2. A body is verified before it is parsed, and parsed here: Bolt's parser loses any form that has
   the word "payload" in it, and answers odd bodies with 500.
3. A refusal is one line of plain text, without a stack trace, and ends the connection. Whatever is
   wrong with a body that is signed, the status is 400.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Sized
from urllib.parse import parse_qsl

from aiohttp import StreamReader, web

from bot import runtime
from bot.adapters.slack.receiving.well_formed import parsed
from bot.json_types import Json
from bot.logs import RepeatedWarning
from bot.panel import observing
from bot.panel.observing import Measure

MAX_BODY = 1_000_000
MAX_AGE = 5 * 60

# What was in the body, for the handler.
PAYLOAD = web.RequestKey("PAYLOAD", Json)

log = logging.getLogger(__name__)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MOST_FIELDS = 100
_UTF_8 = frozenset({"utf-8", "utf8", None})

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
    clock: Callable[[], float] = runtime.time,
    timeout: float = 10.0,
) -> Handler:
    """Wrap *handler*, so that it sees only requests that Slack has signed within five minutes."""
    if not secret:
        raise ValueError("the signing secret is empty")
    key = secret.encode()
    refused = RepeatedWarning(log, "slack.request.refused")

    async def verify_and_handle(request: web.Request) -> web.StreamResponse:
        try:
            timestamp, signature = _checked_head(request, clock())
            body = await _limited_body(request, timeout)
            _verify(key, body, timestamp, signature)
            request[PAYLOAD] = _payload(body, request)
        except Refusal as refusal:
            refused.tell(refusal.reason, status=refusal.status)
            observing.count(Measure.REQUEST_REFUSED)
            return _refused(refusal)
        return await handler(request)

    return verify_and_handle


def _refused(refusal: Refusal) -> web.Response:
    response = web.Response(status=refusal.status, text=f"{refusal.reason}\n")
    response.force_close()
    if refusal.status == 405:
        response.headers["Allow"] = "POST"
    return response


def _checked_head(request: web.Request, now: float) -> tuple[str, str]:
    """Return the timestamp and the signature.

    Raises Refusal where the head already shows that Slack did not send the request.
    """
    if request.method != "POST":
        raise Refusal(405, "only POST is answered here")
    timestamp, signature = _signed(request)
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Refusal(401, "the request has no valid timestamp")
    if abs(now - int(timestamp)) > MAX_AGE:
        raise Refusal(401, f"the request is more than {MAX_AGE} seconds old or ahead of time")
    if not _SIGNATURE.fullmatch(signature):
        raise Refusal(401, "the request has no valid signature")
    if "Content-Encoding" in request.headers:
        raise Refusal(400, "an encoded body is not accepted")
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, f"the body is larger than {MAX_BODY} bytes")
    return timestamp, signature


def _signed(request: web.Request) -> tuple[str, str]:
    """Return the timestamp and the signature; empty where there is not exactly one."""
    headers = ("X-Slack-Request-Timestamp", "X-Slack-Signature")
    timestamps, signatures = (request.headers.getall(name, []) for name in headers)
    return (
        timestamps[0] if len(timestamps) == 1 else "",
        signatures[0] if len(signatures) == 1 else "",
    )


async def _limited_body(request: web.Request, seconds: float) -> bytes:
    try:
        if request.content.is_eof():  # all of it came with the head, as usual
            body = request.content.read_nowait()
            _check_size(body)
            return body
        # aiohttp waits forever for the rest of a body whose encoding broke.
        async with asyncio.timeout(seconds):
            return await _read(request.content)
    except TimeoutError:
        raise Refusal(408, "the body did not arrive in time") from None
    except web.RequestPayloadError:
        raise Refusal(400, "the body is not well formed") from None


async def _read(content: StreamReader) -> bytes:
    body = bytearray()
    try:
        while chunk := await content.readany():
            body += chunk
            _check_size(body)
    except ConnectionError as error:
        # The stream keeps the error, and with its traceback the body: until the next collection.
        error.__traceback__ = None
        raise Refusal(400, "the body broke off") from None
    return bytes(body)


def _check_size(body: Sized) -> None:
    if len(body) > MAX_BODY:
        raise Refusal(413, f"the body is larger than {MAX_BODY} bytes")


def _verify(key: bytes, body: bytes, timestamp: str, signature: str) -> None:
    signed = b"v0:%s:%s" % (timestamp.encode(), body)
    expected = "v0=" + hmac.digest(key, signed, "sha256").hex()
    if not hmac.compare_digest(expected, signature):
        raise Refusal(401, "the request is not signed with this app's signing secret")


def _payload(body: bytes, request: web.Request) -> Json:
    """Return the JSON object in *body*, alone or in a form, or else the fields of the form."""
    try:
        if request.charset not in _UTF_8:
            raise Refusal(400, "the body is not in UTF-8")
        text = body.decode()
        if request.content_type == "application/json":
            return parsed(text)
        if request.content_type == "application/x-www-form-urlencoded":
            return _form(text)
    except ValueError:
        raise Refusal(400, "the body is not well formed") from None
    raise Refusal(400, "the body is neither JSON nor a form")


def _form(text: str) -> Json:
    if not text or text.startswith("{") or _BROKEN_ESCAPE.search(text):
        raise ValueError("not a form")
    pairs = parse_qsl(
        text,
        keep_blank_values=True,
        strict_parsing=True,
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )
    fields = dict(pairs)
    if len(fields) < len(pairs) or ("payload" in fields and len(fields) > 1):
        raise ValueError("fields of a form that contradict each other")
    return parsed(fields["payload"]) if "payload" in fields else fields
