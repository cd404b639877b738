import asyncio
import gzip
import hashlib
import hmac
import logging
import time
import tracemalloc
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.slack.http.verification import MAX_BODY, PAYLOAD, verified
from bot.json_types import Json

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_700_000_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EVENT = b'{"type": "event_callback", "event": {"type": "app_mention", "text": "\xc3\xa9"}}'
COMMAND = b"command=%2Fexperts&text=&user_id=U1"
ACTION = b"payload=%7B%22type%22%3A+%22block_actions%22%7D"

Client = TestClient[web.Request, web.Application]


class Behind:
    """What stands behind the door, and what it saw."""

    def __init__(self) -> None:
        self.seen: list[Json] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.seen.append(request[PAYLOAD])
        return web.Response(text="let in")


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
async def client(behind: Behind) -> AsyncIterator[Client]:
    app = web.Application(client_max_size=100)
    door = verified(SECRET, behind.handle, clock=lambda: float(NOW))
    app.router.add_route("*", "/slack/events", door)
    async with TestClient(TestServer(app)) as test_client:
        yield test_client


def signed(
    body: bytes, *, at: str = str(NOW), kind: str = JSON, secret: str = SECRET
) -> dict[str, str]:
    text = b"v0:" + at.encode() + b":" + body
    signature = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={signature}",
    }


async def post(client: Client, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    async with client.post("/slack/events", data=body, headers=headers) as response:
        return response.status, await response.text()


def one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1 and "Traceback" not in text


@pytest.mark.parametrize(
    ("body", "kind", "payload"),
    [
        (EVENT, JSON, {"type": "event_callback", "event": {"type": "app_mention", "text": "é"}}),
        (COMMAND, FORM, {"command": "/experts", "text": "", "user_id": "U1"}),
        (ACTION, FORM, {"type": "block_actions"}),
    ],
)
async def test_what_slack_has_signed_is_let_in(
    client: Client, behind: Behind, body: bytes, kind: str, payload: Json
) -> None:
    assert await post(client, body, signed(body, kind=kind)) == (200, "let in")
    assert behind.seen == [payload]


@pytest.mark.parametrize("at", [NOW - 300, NOW + 300])
async def test_five_minutes_of_delay_or_clock_error_are_let_in(client: Client, at: int) -> None:
    assert (await post(client, EVENT, signed(EVENT, at=str(at))))[0] == 200


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301, 0])
async def test_a_replayed_request_is_refused(client: Client, behind: Behind, at: int) -> None:
    status, text = await post(client, EVENT, signed(EVENT, at=str(at)))
    assert (status, one_line(text), behind.seen) == (401, True, [])


@pytest.mark.parametrize(
    "at", ["", "soon", "-1", "1e9", "1700000000.5", "\u0661\u0667", "9" * 13, "9" * 5000]
)
async def test_a_timestamp_that_is_no_time_is_refused(
    client: Client, behind: Behind, at: str
) -> None:
    status, text = await post(client, EVENT, signed(EVENT, at=at))
    assert (status, one_line(text), behind.seen) == (401, True, [])


@pytest.mark.parametrize("signature", ["", "v0=", "v0=00", "v1=x", "\u00e9", "v0=" + "0" * 64])
async def test_a_bad_signature_is_refused(client: Client, behind: Behind, signature: str) -> None:
    headers = signed(EVENT) | {"X-Slack-Signature": signature}
    status, text = await post(client, EVENT, headers)
    assert (status, one_line(text), behind.seen) == (401, True, [])


@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_an_unsigned_request_is_refused(client: Client, behind: Behind, missing: str) -> None:
    headers = {name: value for name, value in signed(EVENT).items() if name != missing}
    status, text = await post(client, EVENT, headers)
    assert (status, one_line(text), behind.seen) == (401, True, [])


async def test_another_apps_secret_is_refused(client: Client, behind: Behind) -> None:
    status, _ = await post(client, EVENT, signed(EVENT, secret="another"))
    assert (status, behind.seen) == (401, [])


async def test_a_changed_body_is_refused(client: Client, behind: Behind) -> None:
    status, _ = await post(client, EVENT + b" ", signed(EVENT))
    assert (status, behind.seen) == (401, [])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"", FORM),
        (b"{", JSON),
        (b"[1]", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b"{}", JSON + "; charset=nonsense"),
        (b"{a=b", FORM),
        (b"nonsense", FORM),
        (b"payload=%7B", FORM),
        (b"payload=7", FORM),
        (b"payload=%7B%7D&payload=%7B%7D", FORM),
        (b"payload=%7B%7D&command=x", FORM),
        (b"command=a&command=b", FORM),
        (b"text=%zz", FORM),
        (b"a=b&" * 200 + b"c=d", FORM),
        (b"7", JSON),
        (b"null", JSON),
        (b'{"a": NaN}', JSON),
        (b'{"a": -Infinity}', JSON),
        (b'{"a": 1e999}', JSON),
        (b'{"a": %s}' % (b"9" * 5000), JSON),
        (b'{"a": %s}' % (b"9" * 40), JSON),
        (b'{"a": 1, "a": 2}', JSON),
        (b'{"a": {"b": 1, "b": 2}}', JSON),
        ('{"a": "é"}'.encode("utf-16"), JSON + "; charset=utf-16"),
        (b"{}", JSON + "; charset=rot13"),
        (b"\x1f\x8b\x08", JSON),
        (b"text=%ff", FORM),
        (b"{}", "text/plain"),
    ],
)
async def test_a_signed_body_that_is_malformed_is_a_bad_request(
    client: Client, behind: Behind, body: bytes, kind: str
) -> None:
    status, text = await post(client, body, signed(body, kind=kind))
    assert (status, one_line(text), behind.seen) == (400, True, [])


async def test_malformed_and_unsigned_is_unsigned(client: Client) -> None:
    assert (await post(client, b"{", signed(b"{", secret="another")))[0] == 401


async def test_an_empty_unsigned_request_is_refused(client: Client) -> None:
    assert (await post(client, b"", {}))[0] == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_only_post_is_answered(client: Client, behind: Behind, method: str) -> None:
    async with client.request(method, "/slack/events", headers=signed(b"")) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert behind.seen == []


async def test_the_cap_itself_is_let_in(client: Client) -> None:
    body = b'{"a": "' + b"x" * (MAX_BODY - 9) + b'"}'
    assert (await post(client, body, signed(body)))[0] == 200
    body = b" " + body
    assert (await post(client, body, signed(body)))[0] == 413


async def send_raw(client: Client, head: str, chunk: bytes, times: int) -> bytes:
    """What comes back on a bare connection that writes until it is answered."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    signature = "".join(f"{name}: {value}\r\n" for name, value in signed(b"").items())
    lines = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{signature}{head}\r\n\r\n"
    writer.write(lines.encode())
    try:
        for _ in range(times):
            writer.write(chunk)
            await writer.drain()
        return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.transport.abort()


async def test_a_body_that_says_it_is_large_is_refused_unread(client: Client) -> None:
    answer = await send_raw(client, f"Content-Length: {20 * MAX_BODY}", b"", 0)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer


async def test_a_large_body_without_a_length_is_refused(client: Client, behind: Behind) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    tracemalloc.start()
    answer = await send_raw(client, "Transfer-Encoding: chunked", chunk, 20_000_000 // 0x10000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert peak < 10_000_000
    assert behind.seen == []


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"{}" + b" " * 30_000_000)])
async def test_an_encoded_body_is_refused_undecoded(
    client: Client, behind: Behind, body: bytes
) -> None:
    headers = signed(body) | {"Content-Encoding": "gzip"}
    status, text = await post(client, body, headers)
    assert (status, one_line(text), behind.seen) == (400, True, [])


@pytest.mark.parametrize("rest", [b"nonsense\r\n", b"5\r\nhello\r\n"])
async def test_a_body_that_breaks_off_is_not_waited_for(behind: Behind, rest: bytes) -> None:
    app = web.Application()
    app.router.add_post("/slack/events", verified(SECRET, behind.handle, timeout=0.05))
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        head = "POST /slack/events HTTP/1.1\r\nHost: bot\r\nExpect: 100-continue\r\n"
        now = str(int(time.time()))
        head += "".join(f"{name}: {value}\r\n" for name, value in signed(b"", at=now).items())
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        writer.write(rest)
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert answer.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 400 "))
    assert behind.seen == []


async def test_a_refusal_is_logged_without_what_was_sent(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await post(client, b'{"text": "private"}', signed(EVENT))
    assert [record.message for record in caplog.records] == ["slack.request.refused"]
    assert "private" not in str(vars(caplog.records[0]))


def test_an_empty_secret_is_refused(behind: Behind) -> None:
    with pytest.raises(ValueError, match="signing secret"):
        verified("", behind.handle)
