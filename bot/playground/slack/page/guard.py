"""Keeps other web pages out of this one: they must neither read it nor write to it.

1. ``loopback.py`` refuses what comes from other pages, at each port of the playground.
2. Requests that change anything, and the WebSocket, need the page's own `Origin`.
3. The page runs only its own files, loads nothing from elsewhere, and inserts HTML in one place.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.playground.loopback import is_own

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


def own_page_only(handler: Handler) -> Handler:
    """Let only the page itself call *handler*, which acts for a person or shows what they see."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not is_own(request):
            raise web.HTTPForbidden(text="Only the playground's own page may do this.")
        return await handler(request)

    return guarded
