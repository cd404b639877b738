"""Installations as Slack's own SDK and Bolt look for them.

An org-wide one is the organisation's, and any other the workspace's: an organisation with several
of these has as many tokens. Refresh tokens are taken and never given: Bolt would use them up beside
``TokenRotation``.
"""

from typing import Any

from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as SdkInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.panel.installations.installation import Installation, InstallationStore


class SdkInstallationStore(AsyncInstallationStore):
    """The bots of *store*; people's tokens there are none. Any method may raise StoreUnavailable.

    Bolt takes that for an unknown workspace in its own ``authorize``, and loses the event.
    """

    def __init__(self, store: InstallationStore) -> None:
        self._store = store

    async def async_save(self, installation: SdkInstallation) -> None:
        """Store it in place of any of the same organisation or workspace."""
        await self._store.save(_ours(installation))

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> SdkInstallation | None:
        """Return the installation of the organisation if it is org-wide, else the workspace's."""
        key = enterprise_id if is_enterprise_install else team_id
        found = await self._store.find(key) if key else None
        return _theirs(found) if found else None

    async def async_find_bot(self, **about: Any) -> Bot | None:
        """Return the bot of the same installation."""
        found = await self.async_find_installation(**about)
        return found.to_bot() if found else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Remove the installation of a workspace, or of an organisation if none is named."""
        if found := await self._store.find(team_id or enterprise_id or ""):
            await self._store.remove(found.key, found.generation)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Remove the same, unless it is only the token of one person."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)


def _ours(installation: SdkInstallation) -> Installation:
    is_org_wide = bool(installation.is_enterprise_install)
    return Installation(
        app_id=installation.app_id or "",
        team_id="" if is_org_wide else installation.team_id or "",
        enterprise_id=installation.enterprise_id or "",
        bot_id=installation.bot_id or "",
        bot_user_id=installation.bot_user_id or "",
        token=installation.bot_token or "",
        scopes=frozenset(installation.bot_scopes or ()),
        url=installation.enterprise_url or "",
        name=(installation.enterprise_name if is_org_wide else installation.team_name) or "",
        installer=installation.user_id,
        installed_at=installation.installed_at,
        refresh_token=installation.bot_refresh_token or "",
        expires_at=float(installation.bot_token_expires_at or 0),
    )


def _theirs(installation: Installation) -> SdkInstallation:
    is_org_wide = installation.is_org_wide
    return SdkInstallation(
        app_id=installation.app_id,
        enterprise_id=installation.enterprise_id or None,
        enterprise_name=installation.name if is_org_wide else None,
        team_id=installation.team_id or None,
        team_name=None if is_org_wide else installation.name,
        bot_token=installation.token,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_scopes=sorted(installation.scopes),
        user_id=installation.installer,
        is_enterprise_install=is_org_wide,
        installed_at=installation.installed_at,
    )
