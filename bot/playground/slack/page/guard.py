"""Keeps other web pages out of the playground: they must neither read it nor write to it.

1. The server answers only requests for loopback names, which rules out DNS rebinding, and serves
   no page but its own: the API's token is public.
2. Requests that change anything, and the WebSocket, need the page's own `Origin`.
3. The page runs only its own files, loads nothing from elsewhere, and inserts HTML in one place.
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
    "trusted-types rendered-by-server read-as-text",
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
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests from other pages, to the whole server; programs send no `Origin`."""
    if not _is_loopback(request.host):
        raise web.HTTPForbidden(text="The playground answers on this computer only.")
    if "Origin" in request.headers and not _is_own(request):
        raise web.HTTPForbidden(text="Only the playground's own page may do this.")
    return await handler(request)


def own_page_only(handler: Handler) -> Handler:
    """Let only the page itself call *handler*, which acts for a person or shows what they see."""

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
