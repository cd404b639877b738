"""Tokens that expire: another one is had for the refresh token, which is good once.

1. One task of all processes refreshes a token, and reads it again first.
2. What Slack answers is stored before it is used.
3. Where the answer is lost, the same refresh token is sent once more, and the old token is used
   until it expires. If Slack does not take it any more, people have to install the app again.
4. Nothing is deleted.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot import runtime
from bot.adapters.slack.api.answers import Ambiguous
from bot.adapters.slack.installing.oauth import SlackOAuth
from bot.json_types import Json
from bot.panel.errors import MessengerRefused, MessengerUnavailable, PanelError, StoreUnavailable
from bot.panel.installations.installation import Installation, InstallationStore, NotInstalled
from bot.panel.retries import Backoff, retry

log = logging.getLogger(__name__)

EARLY = 30 * 60.0  # seconds before it expires that a token is refreshed
_SPREAD = 5 * 60.0  # seconds earlier, at most: not all processes at once
_AGAIN = 60.0  # seconds after which a token that is still good is tried again
_SAVES = Backoff((0.2, 0.5, 1, 2))
_LOST = "invalid_refresh_token"


class TokenRotation:
    """Refreshes the tokens in *store*; *tell* is called once the app has to be installed again."""

    def __init__(
        self,
        store: InstallationStore,
        oauth: SlackOAuth,
        tell: Callable[[Installation], Awaitable[None]],
    ) -> None:
        self._store = store
        self._oauth = oauth
        self._tell = tell
        self._failed_at: dict[str, float] = {}  # by key

    async def current(self, installation: Installation, *, expired: bool = False) -> Installation:
        """Return *installation* with a token that is good for a while.

        It is *expired* if Slack says so, whatever the clock says. Raises MessengerUnavailable,
        StoreUnavailable or NotInstalled if there is no token that is good.
        """
        if not installation.refresh_token or not (expired or self._is_due(installation)):
            return installation
        is_good = not expired and installation.expires_at > runtime.time()
        try:
            if is_good and installation.needs_reinstall:
                return installation
            renewed = await self._renewed(installation, expired=expired)
        except (MessengerUnavailable, StoreUnavailable) as error:
            self._failed_at[installation.key] = runtime.monotonic()
            log.warning("token.not_refreshed", extra={"reason": str(error)})
            if not is_good:
                raise
            return installation
        self._failed_at.pop(installation.key, None)
        return renewed

    async def sweep(self) -> None:
        """Refresh all tokens that expire soon: a workspace may be silent for days."""
        before = runtime.time() + EARLY + runtime.uniform(0, _SPREAD)
        for key in await self._store.expiring(before):
            try:
                if installation := await self._store.find(key):
                    await self.current(installation)
            except PanelError as error:
                log.warning("token.not_refreshed", extra={"key": key, "reason": str(error)})

    def _is_due(self, installation: Installation) -> bool:
        if not installation.expires_at:
            return False
        left = installation.expires_at - runtime.time()
        since = runtime.monotonic() - self._failed_at.get(installation.key, float("-inf"))
        return left < 0 or (left < EARLY + runtime.uniform(0, _SPREAD) and since > _AGAIN)

    async def _renewed(self, known: Installation, *, expired: bool) -> Installation:
        async with self._store.refreshing(known.key):
            stored = await self._find(known)
            is_other = stored.token != known.token
            if is_other and stored.expires_at > runtime.time() + EARLY:
                return stored
            if stored.needs_reinstall:
                raise MessengerUnavailable("token.reinstall")
            asked_at = runtime.time()
            try:
                answer = await self._ask(stored)
            except MessengerRefused:
                return await self._lost(stored, expired=expired)
            fields = _tokens_in(answer, stored, asked_at)
            renewed = replace(stored, **fields)
            await retry(lambda: self._store.replace_tokens(renewed), _SAVES, StoreUnavailable)
        log.info("token.refreshed", extra={"installation": stored.key})
        return await self._find(known)  # ours, unless it was installed again meanwhile

    async def _find(self, known: Installation) -> Installation:
        stored = await self._store.find(known.key)
        if stored is None:
            raise NotInstalled(known.key)
        return stored

    async def _ask(self, stored: Installation) -> Json:
        """Return Slack's answer. Raises MessengerRefused only if the refresh token is used up."""
        try:
            with suppress(Ambiguous):
                return await self._oauth.refresh(stored.refresh_token)
            return await self._oauth.refresh(stored.refresh_token)
        except MessengerRefused as refusal:
            if refusal.code == _LOST:
                raise
            raise MessengerUnavailable(refusal.code) from refusal  # the app's credentials …

    async def _lost(self, stored: Installation, *, expired: bool) -> Installation:
        """Note that an installation has to be made again; its token is used until it expires."""
        latest = await self._find(stored)
        if latest.token != stored.token:
            return latest
        log.error("token.lost", extra={"installation": stored.key})
        await self._tell(stored)
        await self._store.need_reinstall(stored)
        if expired or stored.expires_at <= runtime.time():
            raise MessengerUnavailable("token.reinstall")
        return replace(stored, needs_reinstall=True)


def _tokens_in(answer: Json, stored: Installation, asked_at: float) -> dict[str, Any]:
    """Return the tokens in an answer. Raises MessengerUnavailable if it makes no sense."""
    names = ("access_token", "refresh_token")
    token, refresh_token = (answer.get(name) for name in names)
    lasts, team = answer.get("expires_in"), answer.get("team")
    is_other = stored.team_id and isinstance(team, dict) and team.get("id") != stored.team_id
    texts = (isinstance(one, str) and one for one in (token, refresh_token))
    if not all(texts) or type(lasts) is not int or is_other or answer.get("token_type") == "user":
        raise MessengerUnavailable("oauth.v2.access: not tokens of this installation")
    return {"token": token, "refresh_token": refresh_token, "expires_at": asked_at + lasts}
