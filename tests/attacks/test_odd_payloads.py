"""Odd payloads that Slack's own signature vouches for: refused with 400, or acknowledged.

They come over HTTP and Socket Mode. None is an error of ours, and the bot goes on answering.
"""

import asyncio
import gzip
import json
import logging
import time
from io import BytesIO
from urllib.parse import quote_plus, urlencode

import pytest
from aiohttp import ClientSession

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.playground.slack.delivery.http import sign
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
EVENT = f'{{"type": "event_callback", "event": {{"type": "message", "channel": "{GENERAL}"}}}}'
HALF = '{"type": "event_callback", "event": {"type": "message", "text": "\\ud83d"}}'

UNREADABLE = (
    *("", " ", "{", "}", "nonsense", "[]", "[{}]", "7", "-0", "null", "true", '"text"', "{}{}"),
    *('{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": 01}'),
    *("[" * 100_000, '{"a":' * 20_000, "[" * 900 + "]" * 900),
    '{"a": %s}' % ("9" * 5000),
    '{"type": "event_callback", "type": "block_actions"}',
    '{"event": {"type": "message", "type": "app_mention"}}',
    "\ufeff{}",
)
MEANINGLESS = (
    "{}",
    '{"type": "event_callback"}',
    '{"type": "event_callback", "event": 7}',
    '{"type": "event_callback", "event": {"type": "message", "ts": {"a": []}}, "event_id": 7}',
    '{"type": "unheard_of", "user": {"id": "U1"}}',
    '{"type": "block_actions", "user": {"id": "U1"}, "actions": []}',
    '{"type": "block_actions", "user": "U1", "actions": [{"action_id": "a"}]}',
    '{"type": "view_submission", "user": {"id": "U1"}, "view": {"id": 9}}',
    '{"command": "/experts"}',
    '{"type": "event_callback", "event": {"type": "secret %s"}}' % ("x" * 5_000),
    '{"type": "event_callback", "event": {"type": "message", "x": '
    + '{"a":' * 900
    + "1"
    + "}" * 902,
)
FORMS = (
    *("payload=%7B", "payload=7", "payload=[]", "payload=", "payload", "=", "&&", "a=%zz", "a=%ff"),
    urlencode([("payload", EVENT), ("payload", EVENT)]),
    urlencode({"payload": EVENT, "command": "/experts"}),
    urlencode([("command", "/experts"), ("command", "/other"), ("user_id", ADA)]),
    urlencode({"payload": json.dumps([EVENT])}),
    "&".join(f"a{number}=b" for number in range(2_000)),
    "command=%2Fexperts",
    EVENT,
    "payload=" + quote_plus("[" * 50_000),
)


class Sender:
    """Sends what Slack has signed."""

    def __init__(self, world: World, session: ClientSession) -> None:
        self._session = session
        self._secret = world.slack.signing_secret
        self._url = f"http://127.0.0.1:{world.config().port}{EVENTS_PATH}"

    async def send(self, body: str | bytes, kind: str, **headers: str) -> int:
        """Return the status of the answer."""
        signed = sign(body, self._secret, int(time.time())) | {"Content-Type": kind}
        raw = body if isinstance(body, bytes) else body.encode()
        answer = await self._session.post(self._url, data=BytesIO(raw), headers=signed | headers)
        return answer.status


async def still_answers(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
    loud = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [(record.name, record.getMessage()) for record in loud] == []
    assert "secret" not in str([vars(record) for record in caplog.records])


async def test_over_http_they_are_bad_requests(world: World, caplog):
    del world.environ["SLACK_APP_TOKEN"]
    await world.start_bot()
    async with ClientSession() as session:
        sender = Sender(world, session)
        for text in (*UNREADABLE, *MEANINGLESS):
            assert await sender.send(text, JSON) in {400, 200}, text[:80]
        for text in (*UNREADABLE, *MEANINGLESS[:3]):
            assert await sender.send(text, JSON) == 400, text[:80]
            form = urlencode({"payload": text})
            assert await sender.send(form, FORM) == 400, text[:80]
        for text in FORMS:
            assert await sender.send(text, FORM) == 400, text[:80]
        for kind in ("text/plain", "", "multipart/form-data", "x", f"{JSON}; charset=utf-7"):
            assert await sender.send(EVENT, kind) == 400, kind
        for encoding in ("gzip", "br", "deflate", "identity, gzip", "x"):
            packed = gzip.compress(EVENT.encode())
            assert await sender.send(packed, JSON, **{"Content-Encoding": encoding}) == 400
        for body in (b"\xff\xfe", EVENT.encode("utf-16"), b"payload=\xff", b"\x00" * 1000):
            assert await sender.send(body, JSON) == 400
            assert await sender.send(body, FORM) == 400
        assert await sender.send(HALF, JSON) == 200  # Slack cuts texts in the middle of an emoji

    await still_answers(world, caplog)


@pytest.mark.parametrize("how", ["chunked", "HTTP/1.0"])
async def test_unusual_but_right_requests_are_taken(world: World, how: str):
    del world.environ["SLACK_APP_TOKEN"]
    await world.start_bot()
    reader, writer = await asyncio.open_connection("127.0.0.1", world.config().port)
    body = EVENT.encode()
    version = "1.1" if how == "chunked" else "1.0"
    lines = [f"POST {EVENTS_PATH} HTTP/{version}", "Host: bot", f"Content-Type: {JSON}"]
    signed = sign(EVENT, world.slack.signing_secret, int(time.time()))
    lines += [f"{name}: {value}" for name, value in signed.items()]
    if how == "chunked":
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    answer = await asyncio.wait_for(reader.readline(), 5)
    writer.close()

    assert b" 200 " in answer


async def test_over_socket_mode_they_are_acknowledged(bot: World, caplog):
    for number, payload in enumerate((*UNREADABLE, *MEANINGLESS, HALF)):
        id_ = f"odd-{number}"
        text = f'{{"envelope_id": "{id_}", "type": "events_api", "payload": {payload or "null"}}}'
        async with asyncio.timeout(5):
            await bot.slack.sockets.carry_text(id_, text)
    for text in ("", "nonsense", "[]", "7", "{}", '{"envelope_id": 7}', '{"type": ["hello"]}'):
        for socket in bot.slack.sockets._sockets:
            await socket.send_str(text)

    await still_answers(bot, caplog)
    malformed = [one for one in caplog.records if one.message == "payload.malformed"]
    assert len(malformed) == 1  # and a count in a minute
