"""A web application on loopback: the local Slack, OpenAI and MCP server are three of them."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web

_HOST = "127.0.0.1"
_SHUTDOWN = 0.1  # seconds that requests have to end when the server closes


class LoopbackServer:
    """``async with`` serves *app* on *port*, or on a free one, with its address in ``address``.

    Subclasses register in ``stack`` what has to be closed before the server is.
    """

    def __init__(
        self, app: web.Application, port: int = 0, *, cancel_abandoned: bool = False
    ) -> None:
        self.app = app
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
