"""Serving over HTTP, under the eye of a guard."""

import asyncio
import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from aiohttp import web

from bot.adapters.slack.http.connections import GuardedConnection
from bot.adapters.slack.http.health import GUARD
from bot.logs import RepeatedWarning
from bot.panel.errors import Refused

log = logging.getLogger(__name__)

_GRACE = 3.0  # seconds for requests at shutdown: Slack waits no longer for any
_KEEP_ALIVE = 620.0  # seconds: load balancers end theirs after 600 at most, and must be first
_LINGER = 1.0  # seconds in which the rest of a refused body is read and dropped
# aiohttp logs every request that is none with a traceback; our own errors are logged elsewhere.
_quiet = logging.getLogger("aiohttp.server.quiet")
_quiet.setLevel(logging.CRITICAL)
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


async def serve_http(
    served: web.Application,
    host: str,
    port: int,
    ready: Callable[[], None],
    *,
    setting: str = "PORT",
) -> None:
    """Listen, call *ready*, and serve until cancelled. Raises Refused if the port cannot be had."""
    runner = web.AppRunner(
        served,
        access_log=None,
        logger=_quiet,
        shutdown_timeout=_GRACE,
        keepalive_timeout=_KEEP_ALIVE,
        lingering_time=_LINGER,
        auto_decompress=False,
    )
    await runner.setup()
    handlers, guard = cast("web.Server", runner.server), served[GUARD]
    loop = asyncio.get_running_loop()
    try:
        with _brief_about_shortages(loop):
            server = await loop.create_server(
                lambda: GuardedConnection(handlers(), guard), host, port
            )
            log.info("web.listening", extra={"host": host, "port": port})
            ready()
            try:
                await guard.watch()
            finally:
                server.close()
    except OSError as error:
        raise Refused(f"{setting} {port} cannot be used: {error.strerror}.") from error
    finally:
        await runner.cleanup()


@contextmanager
def _brief_about_shortages(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Count instead of a hundred tracebacks a second for connections that cannot be accepted."""
    shortage = RepeatedWarning(log, "web.out_of_descriptors")
    usual = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _SHORTAGES and "socket" in context:
            shortage.tell(errno.errorcode[error.errno])
        elif usual:
            usual(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(usual)
