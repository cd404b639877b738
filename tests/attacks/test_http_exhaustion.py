"""Strangers at the HTTP port: they can take neither its connections nor the process's memory."""

import asyncio
import json
import resource
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.http.connections import Limits
from bot.adapters.slack.http.health import READY_PATH
from bot.adapters.slack.http.serving import serve_http
from bot.adapters.slack.http.web_app import http_app
from bot.adapters.slack.receiving.receiver import bolt_app
from bot.json_types import Json
from bot.panel.messaging.locales import Locales
from bot.playground.slack.delivery.http import sign
from bot.playground.slack.workspace.company import BOT_ID, BOT_USER
from tests.end_to_end.conftest import free_port, until_reachable
from tests.eventually import eventually
from tests.fakes.people import FakePeople
from tests.processes import bot_process

SECRET = "a signing secret"
EVENT = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "hello"}})
SMALL = Limits(connections=20, largest=1_000_000, held=4_000_000, arrival=1.0)
FORGED = {"X-Slack-Signature": "v0=" + "0" * 64}


class Door:
    """A server at *port*, and what it has let in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.let_in: list[Json] = []
        self.url = f"http://127.0.0.1:{port}"
        self._writers: list[StreamWriter] = []

    async def raw(self, text: str) -> tuple[StreamReader, StreamWriter]:
        """Send *text* over a connection of its own and keep that open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        writer.write(text.encode())
        return reader, writer

    async def is_open(self) -> bool:
        """Whether the health check passes, and what Slack sends is let in."""
        before = len(self.let_in)
        async with asyncio.timeout(5), ClientSession() as session:
            healthy = await session.get(self.url + READY_PATH)
            headers = sign(EVENT, SECRET, int(time.time())) | {"Content-Type": "application/json"}
            taken = await session.post(self.url + EVENTS_PATH, data=EVENT, headers=headers)
        return (healthy.status, taken.status, len(self.let_in)) == (200, 200, before + 1)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[Door]:
    """Give the server at *port*; whatever is still connected then hangs up."""
    door = Door(port)
    try:
        yield door
    finally:
        door.hang_up()


async def no_obstacle() -> str:
    return ""


@asynccontextmanager
async def served(limits: Limits) -> AsyncIterator[Door]:
    """Serve as the bot does."""
    port = free_port()
    door = Door(port)

    async def take_in(body: Json) -> bool:
        door.let_in.append(body)
        return True

    me = Identity("T0ACME", BOT_ID, BOT_USER, "https://acme.slack.com/", frozenset())
    app = bolt_app(AsyncWebClient(token="xoxb-1"), me, Locales(FakePeople()))
    app.take_in = take_in
    serving = asyncio.create_task(
        serve_http(http_app(app, SECRET, no_obstacle, limits), "127.0.0.1", port, lambda: None)
    )
    await until_reachable(port)
    try:
        yield door
    finally:
        door.hang_up()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with served(SMALL) as opened:
        yield opened


def head(headers: dict[str, str], length: int = 900_000) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: {length}\r\n{lines}\r\n"


def now(headers: dict[str, str] = FORGED) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": str(int(time.time())), **headers}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        FORGED,
        {"X-Slack-Request-Timestamp": "1700000000", **FORGED},
        {"X-Slack-Request-Timestamp": "soon", **FORGED},
        now({}),
        now({"X-Slack-Signature": "v0="}),
        now({"X-Slack-Signature": "v0=" + "0" * 64 + "\r\nX-Slack-Signature: v0=" + "1" * 64}),
    ],
)
async def test_a_request_that_slack_cannot_have_sent_is_refused_before_its_body(door, headers):
    reader, _ = await door.raw(head(headers))

    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"Connection: close" in answer


async def test_a_request_that_does_not_arrive_is_hung_up_on(door):
    beginnings = (
        "",
        "P",
        f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: bot\r\nX-A: ",
        f"GET {READY_PATH} HTTP/1.1\r\nHost: bot\r\n",
    )
    connections = [await door.raw(beginning) for beginning in beginnings * 4]

    async with asyncio.timeout(4):
        for reader, _ in connections:
            assert await reader.read() == b""

    assert await door.is_open()


async def test_a_byte_now_and_then_does_not_keep_a_connection(door):
    reader, writer = await door.raw(f"GET {READY_PATH} HTTP/1.1\r\nX-A: ")

    with pytest.raises(ConnectionError):  # noqa: PT012 - whichever of the two finds out
        for _ in range(40):
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.1)
        await reader.readexactly(1)


async def test_connections_that_do_nothing_make_room_for_others(door, caplog):
    for _ in range(200):
        await door.raw("GET / HT")

    assert await door.is_open()
    lines = [one for one in caplog.records if one.message == "web.connection.ended"]
    assert [(line.reason, line.times) for line in lines] == [
        ("too many", 1)
    ]  # the rest in a minute


async def test_half_bodies_hold_no_more_than_their_share(door):
    readers = [(await door.raw(head(now()) + "x" * 700_000))[0] for _ in range(15)]
    await eventually(lambda: sum(reader.at_eof() for reader in readers) >= 9)

    assert await door.is_open()


async def test_a_pipeline_is_not_collected_without_end(door):
    reader, writer = await door.raw(head(now(), 100_000) + "x" * 50_000)
    with pytest.raises(ConnectionError):  # noqa: PT012 - whichever of the two finds out
        for _ in range(100):
            writer.write(b"x" * 100_000)
            await writer.drain()
        await reader.readexactly(100_000)


async def test_refusals_for_one_reason_are_counted_in_one_line(door, caplog):
    async with ClientSession() as session:
        for _ in range(50):
            assert (await session.post(door.url + EVENTS_PATH, data="x")).status == 401
    for _ in range(20):
        reader, _ = await door.raw("\x00\x01 nonsense\r\n\r\n")
        assert (await reader.readline()).startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))

    assert [(one.message, one.times) for one in caplog.records] == [
        ("web.listening", None) if one.message == "web.listening" else (one.message, 1)
        for one in caplog.records
    ]
    assert len(caplog.records) <= 2


async def test_what_slack_has_signed_keeps_its_connection(door):
    async with ClientSession() as session:
        for _ in range(3):
            headers = sign(EVENT, SECRET, int(time.time())) | {"Content-Type": "application/json"}
            answer = await session.post(door.url + EVENTS_PATH, data=EVENT, headers=headers)
            assert answer.status == 200
            await asyncio.sleep(0.6)  # longer than a request may take, all in all
        assert len(session.connector._conns) == 1  # type: ignore[union-attr] # nobody else tells


def few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def descriptors(pid: int) -> list[int]:
    """Those that a process has."""
    return [int(one.name) for one in Path(f"/proc/{pid}/fd").iterdir()]


@contextmanager
def no_descriptors_left(pid: int) -> Iterator[None]:
    """Leave the process as many as it has already."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(descriptors(pid)) + 1, hard))
    yield
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


async def is_healthy(door: Door) -> bool:
    async with asyncio.timeout(10), ClientSession() as session:
        return (await session.get(door.url + READY_PATH)).status == 200


async def test_a_process_with_few_descriptors_goes_on_answering(world, tmp_path):
    del world.environ["SLACK_APP_TOKEN"]
    log = tmp_path / "log"
    log.touch()
    process = bot_process("web", environ=world.environ, log=log, prepare=few_descriptors)
    async with process as web, opened(world.config().port) as door:
        await until_reachable(door.port)
        before = len(descriptors(web.pid))
        for _ in range(300):
            await door.raw("GET / HT")
        assert await is_healthy(door)
        door.hang_up()
        await eventually(lambda: len(descriptors(web.pid)) <= before, within=20)
        with no_descriptors_left(web.pid):
            for _ in range(20):
                await door.raw("GET / HT")
            await eventually(lambda: "web.out_of_descriptors" in log.read_text(), within=20)
            await asyncio.sleep(1.5)  # it is tried again
            door.hang_up()
        assert await is_healthy(door)

    lines = log.read_text().splitlines()
    assert len(lines) < 10
    assert sum("web.out_of_descriptors" in line for line in lines) == 1
    assert "Traceback" not in log.read_text()
