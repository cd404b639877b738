"""Keeps other web pages out of the playground: they must neither read it nor speak in it.

1. The server answers only to loopback names, so that no other name can be pointed at it, and
   to no page but its own: the API's token is known to everybody.
2. What changes anything, and the stream, must come from the page itself (`Origin`).
3. The page runs only its own files, fetches nothing from elsewhere, and puts HTML into itself
   in one place.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types rendered-by-server",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Guard the whole server against other pages; programs send no `Origin`."""
    if not _is_loopback(request.host):
        raise web.HTTPForbidden(text="The playground answers on this computer only.")
    if "Origin" in request.headers and not _is_own(request):
        raise web.HTTPForbidden(text="Only the playground's own page may do this.")
    return await handler(request)


def acting(handler: Handler) -> Handler:
    """Guard what changes something, or tells what one person sees: only the page may ask."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_own(request):
            raise web.HTTPForbidden(text="Only the playground's own page may do this.")
        return await handler(request)

    return guarded


def _is_own(request: web.Request) -> bool:
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False
