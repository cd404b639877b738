"""Requests by aiohttp that go out only while their task has the lease of its turn.

It is looked at right before the headers go out, and again right before a body does: a worker may
stand still between them. (aiohttp's tracing tells of both, and takes a tenth of a request's time.)
"""

from collections.abc import AsyncIterable, AsyncIterator

from aiohttp import BytesPayload, ClientRequest, ClientResponse
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection

from bot.panel.intake import lease

_LARGE = 1 << 20  # bytes, which aiohttp takes as a stream only


class LeasedRequest(ClientRequest):
    """The ``request_class`` of a session all of whose requests are so. Raises TurnLost."""

    async def send(self, conn: Connection) -> ClientResponse:
        lease.check()
        return await super().send(conn)


class LeasedBytes(BytesPayload):
    """A body that goes out at once; without the lease, a ClientError that is caused by TurnLost."""

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        lease.check()
        await super().write_with_length(writer, content_length)


def leased_body(content: bytes) -> LeasedBytes | AsyncIterator[bytes]:
    """Return *content* as such a body, in pieces if it is large: then give its length, too."""
    return LeasedBytes(content) if len(content) <= _LARGE else leased(_in_pieces(content))


async def leased(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the *pieces* of a body; the lease is looked at right before each of them."""
    async for piece in pieces:
        lease.check()
        yield piece


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _LARGE):
        yield content[start : start + _LARGE]
