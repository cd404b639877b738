"""A web application on loopback: the local Slack, OpenAI and MCP server are three of them.

Their tokens are public, so pages of other sites, which a browser on this computer may show, are
kept out of all of them: by `Host`, which rules out DNS rebinding, by `Origin` and by
`Sec-Fetch-Site`. Programs send neither of the last two. Pages that are meant to be linked to, such
as Slack's install page, change nothing when they are read, and may be in no frame.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

_HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost", "::1")
_SAME_SITE = ("same-origin", "none")  # none: people have entered the address
LINKED_PAGES = web.AppKey("linked_pages", Sequence[str])
_SHUTDOWN = 0.1  # seconds that requests have to end when the server closes


class LoopbackServer:
    """``async with`` serves *app* on *port*, or on a free one, with its address in ``address``.

    Subclasses register in ``stack`` what has to be closed before the server is.
    """

    def __init__(
        self,
        app: web.Application,
        port: int = 0,
        *,
        cancel_abandoned: bool = False,
        linked_pages: Sequence[str] = (),
    ) -> None:
        self.app = app
        app[LINKED_PAGES] = linked_pages  # to which other sites may lead people
        app.middlewares.append(no_other_pages)
        self.address = ""  # host:port
        self.stack = AsyncExitStack()
        self._port = port
        self._cancel_abandoned = cancel_abandoned  # a handler whose client has gone

    @property
    def url(self) -> str:
        """Where the application is: http://127.0.0.1:PORT; empty before it is served."""
        return f"http://{self.address}" if self.address else ""

    async def __aenter__(self) -> Self:
        runner = web.AppRunner(
            self.app,
            access_log=None,
            shutdown_timeout=_SHUTDOWN,
            handler_cancellation=self._cancel_abandoned,
        )
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, _HOST, self._port).start()
        host, port = runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stack.aclose()


@web.middleware
async def no_other_pages(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse requests under other names than this computer's, and those of other pages."""
    if not _is_loopback(request.host):
        raise web.HTTPForbidden(text="The playground answers on this computer only.")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if _is_link(request):
        return await handler(request)
    if site not in _SAME_SITE or ("Origin" in request.headers and not is_own(request)):
        raise web.HTTPForbidden(text="Only the playground's own page may do this.")
    return await handler(request)


def _is_link(request: web.Request) -> bool:
    """Whether a browser says that somebody follows a link to a page that may be linked to."""
    resource = request.match_info.route.resource
    is_page = resource is not None and resource.canonical in request.app[LINKED_PAGES]
    is_followed = request.method == "GET" and "Origin" not in request.headers
    return is_page and is_followed and request.headers.get("Sec-Fetch-Dest") == "document"


def is_own(request: web.Request) -> bool:
    """Return whether a page of the server itself says that it has sent *request*."""
    return request.headers.getall("Origin", []) == [f"http://{request.host}"]


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _NAMES
    except ValueError:
        return False
