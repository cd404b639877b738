"""Requests go out only under the lease of their turn, whatever their body is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectionError, ClientSession, ClientTimeout

from bot.adapters.leased_requests import LeasedBytes, LeasedRequest, leased_body
from bot.panel.errors import TurnLost
from bot.panel.intake.lease import Lease
from bot.runtime import monotonic


class EndingLease(Lease):
    """A lease that can be looked at so often before it has expired."""

    def __init__(self, looks: int) -> None:
        super().__init__("T1:C1:1.0", seconds=15, requested_at=monotonic())
        self._looks = looks

    def check(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            raise TurnLost("T1:C1:1.0")


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Give the address of a server that only reads, and what each connection has sent it."""
    read: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", read


async def sent(looks: int, **request: object) -> bytes:
    """Return what a request sends before its lease, which is looked at so often, has expired."""
    async with listening() as (url, read), ClientSession(request_class=LeasedRequest) as session:
        EndingLease(looks).bind()
        with pytest.raises((TurnLost, ClientConnectionError)) as raised:
            await session.request(url=url, timeout=ClientTimeout(5), **request)
        lost = raised.value
        assert isinstance(lost, TurnLost) or isinstance(lost.__cause__, TurnLost)
        await session.close()
        async with asyncio.timeout(5):
            while not read:  # noqa: ASYNC110 - the server's side of it
                await asyncio.sleep(0.01)
    return read[0]


async def test_nothing_goes_out_without_a_body():
    assert await sent(0, method="GET") == b""


@pytest.mark.parametrize("looks", [0, 1])
async def test_bytes_go_out_with_their_headers_or_not_at_all(looks):
    assert await sent(looks, method="POST", data=LeasedBytes(b"hello")) == b""


async def test_a_large_body_ends_where_the_lease_does():
    content = b"x" * (3 << 20)
    length = {"Content-Length": str(len(content))}

    begun = await sent(2, method="POST", data=leased_body(content), headers=length)

    assert begun.startswith(b"POST / HTTP/1.1\r\n")
    assert 0 < begun.count(b"x") < len(content)
