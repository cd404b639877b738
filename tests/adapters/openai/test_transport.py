"""How requests go out: proxies, certificates, the lease, and servers that break off."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
import trustme
from openai import APIConnectionError

from bot.adapters.openai.file_bodies import FileUrl
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server import client
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ModelRefused, ModelUnavailable, TurnLost
from bot.panel.intake.lease import Lease
from bot.panel.language_model.exchange import Responded, UserSaid
from bot.panel.model import ConversationId
from tests.adapters.openai import events
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.prompts import told
from tests.eventually import eventually

CONVERSATION = ConversationId("conv_1")
STORED = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n"

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def ask(base_url: str, *, silence: float = 5) -> object:
    async with connect("sk-test", base_url, silence=silence) as connected:
        return await ResponsesApi(connected.json).conversation(CONVERSATION)


@asynccontextmanager
async def serving(handle: Handle, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that does with each connection what *handle* does."""

    async def close_after(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(close_after, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"{'https' if context else 'http'}://127.0.0.1:{port}/v1"


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment, without proxies."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_requests_go_through_the_proxy_of_the_environment(
    api: CannedApi, environ: pytest.MonkeyPatch, name: str
):
    environ.setenv(name, api.base_url.removesuffix("/v1").replace("//", "//ada:a%20word@"))
    api.will(Answer(body=STORED))

    await ask("http://models.example/v1")

    (seen,) = api.seen
    assert seen.headers["Host"] == "models.example"
    assert seen.headers["Proxy-Authorization"] == "Basic YWRhOmEgd29yZA=="
    assert seen.headers["Authorization"] == "Bearer sk-test"


async def test_credentials_in_the_address_are_sent_in_place_of_the_key(api: CannedApi):
    api.will(Answer(body=STORED), Answer(body={"object": "list", "data": []}))
    async with connect("sk-test", api.base_url.replace("//", "//ada:a%20word@")) as connected:
        await ResponsesApi(connected.json).conversation(CONVERSATION)
        await connected.models.list()
    assert [seen.headers["Authorization"] for seen in api.seen] == ["Basic YWRhOmEgd29yZA=="] * 2


async def test_a_request_follows_its_server_elsewhere(api: CannedApi):
    elsewhere = api.base_url.replace("127.0.0.1", "localhost")
    api.will(
        Answer(307, headers={"location": "/v1/conversations/conv_2"}),
        Answer(body=STORED),
        Answer(307, headers={"location": f"{elsewhere}/conversations/conv_2"}),
        Answer(body=STORED),
    )
    async with connect("sk-test", api.base_url) as connected:
        for _ in range(2):
            assert await ResponsesApi(connected.json).open({"a": "b"}) == STORED

    assert [seen.body for seen in api.seen] == [{"metadata": {"a": "b"}}] * 4
    assert ["Authorization" in seen.headers for seen in api.seen] == [True, True, True, False]


async def test_a_proxy_is_asked_to_connect_to_a_server_with_tls(environ: pytest.MonkeyPatch):
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    async with serving(refuse) as proxy:
        environ.setenv("HTTPS_PROXY", proxy.removesuffix("/v1").replace("//", "//ada:word@"))
        with pytest.raises(APIConnectionError):
            await ask("https://models.example/v1")

    assert asked[0].startswith(b"CONNECT models.example:443 ")
    assert b"Proxy-Authorization: Basic YWRhOndvcmQ=" in asked[0]
    assert b"sk-test" not in asked[0]


@pytest.mark.parametrize("exempt", ["127.0.0.1", "example.com, 127.0.0.1:{}", "*"])
async def test_some_servers_are_reached_without_the_proxy(
    api: CannedApi, environ: pytest.MonkeyPatch, exempt: str
):
    environ.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    port = api.base_url.removesuffix("/v1").rpartition(":")[2]
    environ.setenv("NO_PROXY", exempt.format(port))
    api.will(Answer(body=STORED))
    assert await ask(api.base_url) == STORED


async def test_an_authority_of_ones_own_is_trusted(environ: pytest.MonkeyPatch, tmp_path: Path):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b'{"id": "conv_1"}')

    async with serving(answer, context) as url:
        with pytest.raises(APIConnectionError):
            await ask(url)
        environ.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        client._certificates.cache_clear()
        assert await ask(url) == {"id": "conv_1"}
    client._certificates.cache_clear()


async def test_answers_may_be_compressed(model: ConversationsModel, api: CannedApi):
    packed = {"content-type": "application/json", "content-encoding": "gzip"}
    api.will(
        Answer(200, gzip.compress(json.dumps(STORED).encode()), packed),
        Answer(400, gzip.compress(b'{"error": {"message": "No", "code": "odd"}}'), packed),
    )
    assert await model.labels(CONVERSATION) is None  # none of ours
    with pytest.raises(ModelRefused, match="odd"):
        await model.labels(CONVERSATION)


async def test_gateways_may_add_long_headers(api: CannedApi):
    api.will(Answer(body=STORED, headers={"content-security-policy": "x" * 20_000}))
    assert await ask(api.base_url) == STORED


class EndingLease(Lease):
    """A lease that can be looked at so often before it has expired."""

    def __init__(self, looks: int) -> None:
        super().__init__("T1:C1:1.0", seconds=15, requested_at=monotonic())
        self._looks = looks

    def check(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            raise TurnLost("T1:C1:1.0")


@pytest.mark.parametrize("looks", [0, 1])
async def test_the_lease_is_looked_at_before_the_headers_and_before_the_body(looks: int):
    sent: list[bytes] = []

    async def read(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        sent.append(await reader.read())

    async with serving(read) as url, connect("sk-test", url) as connected:
        EndingLease(looks).bind()
        with pytest.raises(TurnLost):
            await ConversationsModel(connected, salt="").append(CONVERSATION, [UserSaid("Hello")])
        await eventually(lambda: sent)

    assert sent == [b""]  # there was a connection already


@pytest.mark.parametrize("looks", [1, 2])
async def test_the_lease_is_looked_at_before_each_piece_of_a_file(looks: int):
    sent: list[bytes] = []

    async def read(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        sent.append(await reader.read())

    file = {"file": FileUrl.of("text/plain", b"x" * 1000)}
    async with serving(read) as url, connect("sk-test", url) as connected:
        EndingLease(looks).bind()
        with pytest.raises(TurnLost):
            async with asyncio.timeout(5):
                await connected.json.send("POST", "responses", body=file)
        await eventually(lambda: sent)

    assert [b'"file"' in one for one in sent] == [looks == 2]  # that is the first piece
    assert b"eHh4" not in sent[0]  # the file itself


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_what_a_server_has_read_is_not_sent_again(method: str):
    seen: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))

    async with serving(hang_up) as url, connect("sk-test", url) as connected:
        api = ResponsesApi(connected.json)
        ask = api.conversation if method == "GET" else api.delete
        with pytest.raises(APIConnectionError):
            await ask(CONVERSATION)

    assert [one.split()[0].decode() for one in seen] == [method]


@pytest.mark.parametrize(
    "answer",
    [
        b"Good day\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
    ],
    ids=["no HTTP", "half a body", "no chunks", "not compressed"],
)
async def test_an_answer_that_is_no_http_is_none(answer: bytes):
    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with serving(send) as url, connect("sk-test", url) as connected:
        with pytest.raises(ModelUnavailable):
            await ConversationsModel(connected, salt="").labels(CONVERSATION)


async def test_a_server_that_reads_nothing_is_given_up():
    over = asyncio.Event()

    async def read_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await over.wait()

    async with serving(read_nothing) as url, connect("sk-test", url, silence=0.1) as connected:
        model = ConversationsModel(connected, salt="")
        with pytest.raises(ModelUnavailable):
            await model.append(CONVERSATION, [UserSaid("word " * 5_000_000)])
        over.set()


@pytest.mark.parametrize("rest", [b"", b"data: [DONE]\n\n", b": bye\n\n"])
async def test_a_stream_is_read_to_its_end_so_that_the_next_request_has_its_connection(
    model: ConversationsModel, api: CannedApi, rest: bytes
):
    stream = Stream((events.completed(events.message("Hi.")), rest), "late")
    api.will(stream, stream, Answer(body=STORED))

    await told(model)
    await told(model)
    await model.labels(CONVERSATION)

    assert len({seen.connection for seen in api.seen}) == 1


async def test_a_stream_that_never_ends_holds_nobody_up(model: ConversationsModel, api: CannedApi):
    api.will(Stream((events.completed(events.message("Hi.")),), "silent"))
    async with asyncio.timeout(2):
        assert isinstance((await told(model))[-1], Responded)
    await api.hung_up.wait()


async def test_a_stream_that_is_cancelled_before_the_model_writes_is_let_go(
    model: ConversationsModel, api: CannedApi
):
    """Its first events are held back: the server may still refuse what the request asks for."""
    api.will(Stream((b": thinking\n\n",), "silent"))
    telling = asyncio.create_task(told(model))
    await eventually(lambda: api.seen)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)

    async with asyncio.timeout(2):
        await api.hung_up.wait()
