"""What becomes of somebody's leave: it is kept, or given back.

1. Whatever was granted and cannot be kept is revoked, so that no bot is left that nobody knows of;
   but not where the app was installed before: that would take it from those who use it.
2. An invitation is used up by an installation that is kept, and by no other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot import runtime
from bot.adapters.slack.app.manifest import BOT_SCOPES
from bot.adapters.slack.installing import pages
from bot.adapters.slack.installing.oauth import Grant, NotGranted, SlackOAuth
from bot.adapters.slack.installing.page import Page
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    PanelError,
    StoreUnavailable,
    WorkspaceMoving,
)
from bot.panel.installations.installation import Installation, InstallationStore
from bot.panel.installations.one_time import Invitation, OneTimeStore
from bot.panel.retries import Backoff, retry

log = logging.getLogger(__name__)

_STORE_DELAYS = Backoff((0.2, 0.5, 1.0))
_PAGES: Mapping[str, Callable[[], Page]] = {  # of what is not for operators to mend
    "access_denied": pages.denied,
    "cannot_install_an_org_installed_app": pages.has_it,
    "code_already_used": pages.expired,
    "invalid_code": pages.expired,
    "user_email_unverified": pages.unconfirmed,
}

OnInstalled = Callable[[Installation, str], Awaitable[None]]


class Installer:
    """Installs the app where somebody has allowed it.

    *on_installed* hears of each new installation, and who has invited it; what it raises is logged.
    """

    def __init__(
        self,
        oauth: SlackOAuth,
        installations: InstallationStore,
        invitations: OneTimeStore[Invitation],
        on_installed: OnInstalled,
    ) -> None:
        self._oauth = oauth
        self._installations = installations
        self._invitations = invitations
        self._on_installed = on_installed

    async def install(self, code: str, redirect_uri: str, name: str) -> Page:
        """Return the page that says what has become of it; *name* is the invitation's, if any.

        Raises StoreUnavailable before anything is granted.
        """
        if not name:
            return await self._exchange(code, redirect_uri, None)
        invitation = await self._invitations.take(name)
        if invitation is None:
            return pages.not_invited()
        is_installed = False
        try:
            page = await self._exchange(code, redirect_uri, invitation)
            is_installed = page.status == pages.DONE
            return page
        finally:
            if not is_installed:
                await self._give_back(name, invitation)

    async def _give_back(self, name: str, invitation: Invitation) -> None:
        left = invitation.until - runtime.time()
        if left <= 0:
            return
        try:
            await self._invitations.put(name, invitation, left)
        except StoreUnavailable as error:
            log.warning("install.invitation_lost", extra={"reason": str(error)})

    async def _exchange(self, code: str, redirect_uri: str, invitation: Invitation | None) -> Page:
        try:
            grant = await self._oauth.exchange(code, redirect_uri)
        except MessengerRefused as refusal:
            return _refused(refusal)
        except MessengerUnavailable as error:
            log.warning("install.failed", extra={"reason": str(error)})
            return _failed(error)
        try:
            return await self._keep(grant, invitation)
        except asyncio.CancelledError:  # the process ends
            await self._take_back(grant)
            raise
        except Exception as error:  # whatever it is, the grant is given back
            if isinstance(error, PanelError):
                log.warning("install.failed", extra={"reason": str(error)})
            else:
                log.exception("install.failed")
            await self._take_back(grant, is_certain=not isinstance(error, NotGranted))
            return _failed(error)

    async def _keep(self, grant: Grant, invitation: Invitation | None) -> Page:
        """Save the installation; whatever this raises, the grant is to be given back."""
        plain = _installation(grant)
        if invitation and not invitation.admits(plain):
            return await self._refuse_place(grant)
        bot_id, url = await self._oauth.bot_of(grant)
        found = replace(plain, bot_id=bot_id, url=url)
        saved = await retry(
            lambda: self._installations.save(found), _STORE_DELAYS, on=StoreUnavailable
        )
        log.info("install.done", extra={"installation": saved.key, "generation": saved.generation})
        try:
            await self._on_installed(saved, invitation.by if invitation else "")
        except Exception:
            log.exception("install.not_noted", extra={"installation": saved.key})
        return _done(saved)

    async def _refuse_place(self, grant: Grant) -> Page:
        log.warning("install.wrong_place", extra={"installation": _installation(grant).key})
        await self._take_back(grant)
        return pages.wrong_place()

    async def _take_back(self, grant: Grant, *, is_certain: bool = True) -> None:
        """Revoke what was granted, unless the app was there before; *is_certain*: it is for there.

        If nobody can tell, it is left: a bot that nobody knows of does no harm, and the next
        installation finds it; but a workspace would lose the one that it works with.
        """
        key = _installation(grant).key
        try:
            existing = await retry(
                lambda: self._installations.find(key), _STORE_DELAYS, on=StoreUnavailable
            )
            if existing is None:
                await self._oauth.revoke(grant.token)
            elif existing.token != grant.token and is_certain:  # Slack has perhaps replaced it
                await self._installations.save(_renewed(existing, grant))
        except PanelError as error:
            log.warning("install.not_undone", extra={"installation": key, "reason": str(error)})


def _refused(refusal: MessengerRefused) -> Page:
    if page := _PAGES.get(refusal.code):
        return page()
    log.error("install.refused", extra={"reason": refusal.code})
    return pages.misconfigured()


def _failed(error: Exception) -> Page:
    match error:
        case NotGranted():
            return pages.misconfigured()
        case WorkspaceMoving():
            return pages.moving()
        case MessengerRefused() | MessengerUnavailable():
            return pages.unreachable()
        case PanelError():
            return pages.not_saved()
    return pages.failed()


def _done(installation: Installation) -> Page:
    missing = [scope for scope in BOT_SCOPES if scope not in installation.scopes]
    if not installation.scopes:
        missing = []  # Slack has not told
    if installation.is_org_wide:
        place = f"manage/organization/apps/profile/{installation.app_id}/workspaces/add"
        link = f"{installation.url.rstrip('/')}/{place}" if installation.url else ""
        return pages.installed_in_organisation(installation.name, link, missing)
    return pages.installed(installation.name, installation.url, missing)


def _installation(grant: Grant) -> Installation:
    now = runtime.time()
    return Installation(
        app_id=grant.app_id,
        team_id=grant.team_id,
        enterprise_id=grant.enterprise_id,
        bot_id="",
        bot_user_id=grant.bot_user_id,
        token=grant.token,
        scopes=grant.scopes,
        name=grant.name,
        installer=grant.installer,
        installed_at=now,
        refresh_token=grant.refresh_token,
        expires_at=now + grant.lasts if grant.lasts else 0,
    )


def _renewed(existing: Installation, grant: Grant) -> Installation:
    new = _installation(grant)
    return replace(new, bot_id=existing.bot_id, url=existing.url)
