"""The addresses that browsers open: where an installation begins, and where Slack sends them back.

1. Each attempt has a state of its own: random, good once and for ten minutes, and only in the
   browser that has begun it. That browser is known by a cookie.
2. Strangers can begin so many attempts, and leave nothing else in the store.
3. Parameters are checked before they are used, and never shown or logged.
"""

import hmac
import logging
import re
from dataclasses import dataclass

from aiohttp import web

from bot import runtime
from bot.adapters.slack.app.manifest import REDIRECT_PATH
from bot.adapters.slack.http.health import GUARD
from bot.adapters.slack.http.verification import Handler
from bot.adapters.slack.installing import pages
from bot.adapters.slack.installing.installer import Installer
from bot.adapters.slack.installing.oauth import SlackOAuth
from bot.language import ENGLISH, LANGUAGES, set_language
from bot.panel.errors import StoreUnavailable
from bot.panel.installations.one_time import (
    ATTEMPT_FOR,
    TOKEN_BYTES,
    Attempt,
    Invitation,
    OneTimeStore,
    name_of,
)

log = logging.getLogger(__name__)

INSTALL_PATH = "/slack/install"
INVITATION = "invitation"

_COOKIE = "__Host-panelbot-install"  # with that beginning, no other host can set it
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # TOKEN_BYTES of them, in base64
_CODE = re.compile(r"[!-~]{1,512}")
_LONGEST_HEADER = 200
_BURST, _PER_SECOND = 60.0, 1.0  # attempts without an invitation


@dataclass(frozen=True, slots=True)
class Begun:
    """Where what has begun is kept."""

    attempts: OneTimeStore[Attempt]
    invitations: OneTimeStore[Invitation]


def add_install_routes(
    served: web.Application,
    oauth: SlackOAuth,
    installer: Installer,
    begun: Begun,
    public_url: str,
    *,
    is_open: bool,
) -> None:
    """Serve the pages at *public_url*; unless it *is_open*, only to those who are invited."""
    routes = _Routes(oauth, installer, begun, public_url, is_open=is_open)
    served.router.add_get(INSTALL_PATH, _answering(routes.show))
    served.router.add_post(INSTALL_PATH, _answering(routes.begin))
    served.router.add_get(REDIRECT_PATH, _answering(routes.come_back), allow_head=False)


def _answering(handle: Handler) -> Handler:
    """Return *handle* with a page for whatever goes wrong, and without keeping its connection."""

    async def answer(request: web.Request) -> web.StreamResponse:
        set_language(_language(request))
        response = await _page_of(handle, request)
        response.force_close()
        return response

    return answer


async def _page_of(handle: Handler, request: web.Request) -> web.StreamResponse:
    try:
        return await handle(request)
    except StoreUnavailable as error:
        log.warning("install.store_unavailable", extra={"reason": str(error)})
        return pages.not_now().response()
    except Exception:
        log.exception("install.failed")
        return pages.failed().response()


class _Routes:
    def __init__(
        self, oauth: SlackOAuth, installer: Installer, begun: Begun, url: str, *, is_open: bool
    ) -> None:
        self._oauth = oauth
        self._installer = installer
        self._begun = begun
        self._redirect_uri = f"{url}{REDIRECT_PATH}"
        self._is_open = is_open
        self._strangers = _Allowance()

    async def show(self, request: web.Request) -> web.Response:
        """Say what comes next; where everybody may install it, "direct" leads there at once.

        Slack's Marketplace wants such an address.
        """
        if self._is_open and "direct" in request.query:
            return await self.begin(request)
        _, invitation = await self._invitation(request)
        page = pages.begin() if self._is_welcome(request, invitation) else pages.not_invited()
        return page.response(self._oauth.page)

    async def begin(self, request: web.Request) -> web.Response:
        name, invitation = await self._invitation(request)
        if not self._is_welcome(request, invitation):
            return pages.not_invited().response()
        if not invitation and not self._strangers.take():
            return pages.busy().response()
        team_id = invitation.team_id if invitation else ""
        browser = _browser(request) or runtime.token(TOKEN_BYTES)
        state = runtime.token(TOKEN_BYTES)
        attempt = Attempt(name_of(browser), name)
        await self._begun.attempts.put(name_of(state), attempt, ATTEMPT_FOR)
        address = self._oauth.address(state, self._redirect_uri, team_id)
        response = web.Response(status=303, headers=pages.begin().headers() | {"Location": address})
        response.set_cookie(
            _COOKIE,
            browser,
            max_age=int(ATTEMPT_FOR),
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        state = _only(request, "state", _TOKEN)
        attempt = await self._begun.attempts.take(name_of(state)) if state else None
        browser = _browser(request)
        if not attempt or not hmac.compare_digest(name_of(browser), attempt.browser):
            return pages.expired().response()
        if "error" in request.query:
            return pages.denied().response()
        code = _only(request, "code", _CODE)
        if not code:
            return pages.expired().response()
        request.app[GUARD].exempt(request.transport)  # Slack may take its time
        page = await self._installer.install(code, self._redirect_uri, attempt.invitation)
        return page.response()

    async def _invitation(self, request: web.Request) -> tuple[str, Invitation | None]:
        """Return the name of the invitation that the link has, and itself if it is still good."""
        token = _only(request, INVITATION, _TOKEN)
        name = name_of(token) if token else ""
        return name, await self._begun.invitations.read(name) if name else None

    def _is_welcome(self, request: web.Request, invitation: Invitation | None) -> bool:
        return bool(invitation) or (self._is_open and INVITATION not in request.query)


def _language(request: web.Request) -> str:
    """Return the first language that the browser asks for and we speak."""
    asked = request.headers.get("Accept-Language", "")[:_LONGEST_HEADER].split(",")
    tags = (one.partition(";")[0].strip().lower().partition("-")[0] for one in asked)
    return next((tag for tag in tags if tag in LANGUAGES), ENGLISH)


def _only(request: web.Request, name: str, pattern: re.Pattern[str]) -> str:
    """Return the parameter of that name; empty if it is malformed, or there are several."""
    values = request.query.getall(name, [])
    return values[0] if len(values) == 1 and pattern.fullmatch(values[0]) else ""


def _browser(request: web.Request) -> str:
    value = request.cookies.get(_COOKIE, "")
    return value if _TOKEN.fullmatch(value) else ""


class _Allowance:
    """How many attempts may begin: some at once, and then one after the other."""

    def __init__(self) -> None:
        self._left = _BURST
        self._at = runtime.monotonic()

    def take(self) -> bool:
        now = runtime.monotonic()
        self._left = min(_BURST, self._left + (now - self._at) * _PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
