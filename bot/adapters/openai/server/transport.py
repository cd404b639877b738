"""How requests go out: OpenAI's client speaks to httpx2, which speaks to aiohttp through this.

aiohttp takes a third of the time that httpx2's own transport does. The adapter that comes with
OpenAI's client reports whatever fails as a timeout while connecting, and lets other errors through:
but whether a request may have arrived decides whether it is sent again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any, cast

import aiohttp
import httpx2
from aiohttp.client import IDEMPOTENT_METHODS
from aiohttp.http_exceptions import HttpProcessingError

from bot.adapters.leased_requests import LeasedRequest, leased, leased_body
from bot.panel.errors import TurnLost

_KEPT = 30.0  # seconds that an idle connection is kept: proxies close theirs after 60 and more
_LONGEST_HEADER = 64 * 1024  # bytes


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends requests with aiohttp, each once, through *proxy* if any, under its turn's lease."""

    def __init__(self, certificates: SSLContext, proxy: str | None = None) -> None:
        self._certificates = certificates
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, url: str, data: Any, *, within: httpx2.Timeout, **more: Any
    ) -> aiohttp.ClientResponse:
        """Send a request and return its answer, of which the body comes. Raises httpx2's errors.

        *more* is what aiohttp takes; the headers have the length of *data*.
        """
        if data is not None:  # bytes, or what gives them in pieces
            data = leased_body(data) if isinstance(data, bytes) else leased(data)
        if method in IDEMPOTENT_METHODS:
            more["middlewares"] = (_once,)
        if self._session is None:
            self._session = self._open()
        connect, read, write = (within.connect or 0, within.read or 0, within.write or 0)
        limits = aiohttp.ClientTimeout(connect=connect, sock_read=read)
        with translated():
            # aiohttp waits for ever for a server that takes the request and does not read it.
            async with asyncio.timeout(connect + write + read):
                return await self._session.request(method, url, timeout=limits, data=data, **more)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = _body(request)  # which changes the headers
        response = await self.send(
            request.method,
            str(request.url.copy_with(userinfo=b"")),  # it is in a header
            body,
            headers=request.headers.multi_items(),
            within=httpx2.Timeout(**request.extensions["timeout"]),
            allow_redirects=False,  # httpx2 follows them
            auto_decompress=False,  # httpx2 does it
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
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, ssl=self._certificates, keepalive_timeout=_KEPT
            ),
            request_class=LeasedRequest,
            max_field_size=_LONGEST_HEADER,
            proxy=self._proxy,
        )


class _Answer(httpx2.AsyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with translated():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._response.release()  # which closes the connection unless the body has been read


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send *request*; aiohttp would send some methods again after errors of its own."""
    with translated():
        return await handler(request)


def _body(request: httpx2.Request) -> bytes | httpx2.AsyncByteStream | None:
    try:
        return request.content or None
    except httpx2.RequestNotRead:  # an upload
        request.headers.pop("transfer-encoding", None)  # aiohttp adds it
        return cast("httpx2.AsyncByteStream", request.stream)


@contextmanager
def translated() -> Iterator[None]:
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
