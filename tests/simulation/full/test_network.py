"""The network in memory: what asyncio, aiohttp, the OpenAI client and redis-py ask of one."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from openai import APIConnectionError, AsyncOpenAI

from bot.adapters.openai.server.client import connect
from bot.adapters.slack.api import web_api
from tests.simulation.full.network import NetworkedLoop
from tests.simulation.process import Process

Story = Callable[[NetworkedLoop], Awaitable[None]]


def run(story: Story, seed: int = 1) -> str:
    loop = NetworkedLoop(seed)

    async def work() -> None:
        await story(loop)

    try:
        loop.run(work())
    finally:
        loop.close()
    assert not loop.errors
    return loop.digest()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()


async def talk(loop: NetworkedLoop) -> None:
    await asyncio.start_server(echo, "127.0.0.1", 7)
    reader, writer = await asyncio.open_connection("127.0.0.1", 7)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.write(b"x" * 300_000)
    writer.write_eof()
    assert await reader.read() == b"x" * 300_000
    writer.close()
    await writer.wait_closed()


def test_streams_are_echoed_whole_and_half_closed():
    run(talk)


def test_the_same_seed_is_the_same_run():
    assert run(talk, 1) == run(talk, 1) != run(talk, 2)


def test_where_nobody_listens_connections_are_refused():
    async def story(loop: NetworkedLoop) -> None:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", 7)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://127.0.0.1:80/")

    run(story)


def test_who_does_not_read_holds_the_sender_up():
    async def story(loop: NetworkedLoop) -> None:
        async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(100)
            await echo(reader, writer)

        await asyncio.start_server(wait, "127.0.0.1", 7)
        _, writer = await asyncio.open_connection("127.0.0.1", 7)
        began = loop.time()
        for _ in range(10):
            writer.write(b"x" * 50_000)
            await writer.drain()
        assert loop.time() - began > 90
        writer.close()

    run(story)


async def serve(app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def slow_app(seconds: float) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(text=(await request.text()).upper())

    app = web.Application()
    app.router.add_post("/", answer)
    return app


@pytest.mark.parametrize("seed", range(10))
def test_a_server_that_dies_cuts_its_clients_off(seed: int):
    async def story(loop: NetworkedLoop) -> None:
        server = Process(loop, "server")
        server.spawn(serve(slow_app(10), 80))
        loop.call_later(5, server.kill)
        await asyncio.sleep(0.1)
        async with web_api.session() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.post("http://127.0.0.1:80/", data=b"hello")
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.post("http://127.0.0.1:80/", data=b"hello")
        assert 5 < loop.time() - 1000 < 10

    run(story, seed)


def test_requests_share_a_connection_that_is_kept_alive():
    async def story(loop: NetworkedLoop) -> None:
        Process(loop, "server").spawn(serve(slow_app(1), 80))
        await asyncio.sleep(0.1)
        async with web_api.session() as session:
            for text in ("one", "two"):
                async with session.post("http://127.0.0.1:80/", data=text) as response:
                    assert await response.text() == text.upper()
            assert len(loop.network.ends_at(80)) == 1

    run(story)


def models_app() -> web.Application:
    async def models(_: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": []})

    async def write(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number in range(5):
            await response.write(f'event: x\ndata: {{"type": "x", "n": {number}}}\n\n'.encode())
            await asyncio.sleep(1)
        return response

    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_post("/v1/responses", write)
    return app


async def ask(client: AsyncOpenAI) -> list[str]:
    stream = await client.responses.create(model="x", input="Hi?", stream=True)
    return [event.type for event in [event async for event in stream]]


def test_the_openai_client_streams_and_keeps_its_connection():
    async def story(loop: NetworkedLoop) -> None:
        Process(loop, "server").spawn(serve(models_app(), 80))
        await asyncio.sleep(0.1)
        async with connect("key", "http://127.0.0.1:80/v1") as client:
            for _ in range(3):
                await client.models.list()
            assert await ask(client) == ["x"] * 5
            assert len(loop.network.ends_at(80)) == 1

    run(story)


def test_a_cut_connection_breaks_a_response_off():
    async def story(loop: NetworkedLoop) -> None:
        server, client = Process(loop, "server"), Process(loop, "client")
        server.spawn(serve(models_app(), 80))
        await asyncio.sleep(0.1)
        loop.call_later(3, lambda: loop.network.cut(client, 80))

        async def work() -> None:
            async with connect("key", "http://127.0.0.1:80/v1") as openai:
                with pytest.raises(APIConnectionError):
                    await ask(openai)

        await client.spawn(work())

    run(story)
