"""How requests go out: OpenAI's client speaks to httpx2, which speaks to aiohttp through this.

aiohttp takes a third of the time that httpx2's own transport does. The adapter that comes with
OpenAI's client reports whatever fails as a timeout while connecting, and lets other errors through:
but whether a request may have arrived decides whether it is sent again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import cast

import aiohttp
import httpx2
from aiohttp.http_exceptions import HttpProcessingError

from bot.panel.errors import TurnLost
from bot.panel.intake import lease

_KEPT = 30.0  # seconds that an idle connection is kept: proxies close theirs after 60 and more
_LARGE = 1 << 20  # bytes, which aiohttp takes as a stream only


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends requests with aiohttp, through *proxy* if there is one, under the lease of their turn.

    Nothing is sent twice, whatever happens.
    """

    def __init__(self, certificates: SSLContext, proxy: str | None = None) -> None:
        self._certificates = certificates
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._session is None:
            self._session = self._open()
        given, body = request.extensions["timeout"], _body(request)
        with _translated():
            # aiohttp waits for ever for a server that takes the request and does not read it.
            async with asyncio.timeout(given["connect"] + given["write"] + given["read"]):
                response = await self._session.request(
                    request.method,
                    str(request.url),
                    headers=request.headers.multi_items(),
                    data=body,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(
                        connect=given["connect"], sock_read=given["read"]
                    ),
                )
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Answer(response),
            request=request,
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        # Headers and body go out one after the other, and a worker may stand still between them.
        trace.on_request_headers_sent.append(_under_lease)  # called right before they are
        trace.on_request_chunk_sent.append(_under_lease)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, ssl=self._certificates, keepalive_timeout=_KEPT
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # httpx2 keeps them
            auto_decompress=False,  # httpx2 does it
            trace_configs=[trace],
            middlewares=[_once],
            proxy=self._proxy,
        )


class _Answer(httpx2.AsyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._response.release()  # which closes the connection unless the body has been read


async def _under_lease(*_: object) -> None:
    """Let the request go out only if its turn is ours at that very moment."""
    lease.check()


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send *request*; aiohttp would send some again after errors of its own."""
    with _translated():
        return await handler(request)


def _body(request: httpx2.Request) -> bytes | httpx2.AsyncByteStream | None:
    try:
        if len(request.content) < _LARGE:
            return request.content or None
    except httpx2.RequestNotRead:  # an upload
        request.headers.pop("transfer-encoding", None)  # aiohttp adds it
    return cast("httpx2.AsyncByteStream", request.stream)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise httpx2's errors for aiohttp's."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except TimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(str(error)) from error
    except (aiohttp.ClientError, HttpProcessingError) as error:
        if isinstance(error.__cause__, TurnLost):  # raised where the body would have gone out
            raise error.__cause__ from None
        raise httpx2.RemoteProtocolError(str(error)) from error
