"""What all workspaces of a process share: the session, installations, and where they are found."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientSession

from bot.adapters.slack.api import web_api
from bot.adapters.slack.installing.removal import NO_ACCESS, Removals
from bot.adapters.slack.installing.token_rotation import TokenRotation
from bot.assembly.checks.same_files import open_same_files
from bot.assembly.checks.scopes import tell_missing_scopes, tell_reinstall
from bot.assembly.checks.versions import note_version
from bot.assembly.panels import default_panel
from bot.assembly.slack import Slack, slack_of
from bot.assembly.storage import Storage, installation_store, settings_store
from bot.assembly.workspaces.installing import oauth_of, removals_of
from bot.assembly.workspaces.workspace import Directory, Workspace
from bot.panel.alerts.alerts import Alerts
from bot.panel.audit.entry import Act
from bot.panel.errors import MessengerUnavailable
from bot.panel.installations.installation import Installation, InstallationStore
from bot.panel.model import UserId
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.config import Config
from bot.settings.workspace_config import model_server
from bot.settings.yaml_files.prices import prices

_EXPIRED = "token_expired"  # which is not the end of an installation


@dataclass(frozen=True, slots=True)
class Shared:
    """What all workspaces of a process share."""

    config: Config  # the deployment's
    storage: Storage
    session: ClientSession
    installations: InstallationStore
    removals: Removals
    rotation: TokenRotation
    directory: Directory

    async def slack(self, workspace: Workspace, storage: Storage) -> Slack:
        """Return what calls Slack in a workspace."""
        installation, identity = workspace.installation, workspace.identity

        async def rejected(code: str) -> None:
            if installation is None:
                return
            if code == _EXPIRED:
                await self.rotation.current(installation, expired=True)
            elif not await self._has_ended(identity.team_id, installation, code):
                return
            self.directory.forget(identity.team_id)
            raise MessengerUnavailable(code)  # the next try has another token, or nowhere to go

        config = workspace.config
        slack = await slack_of(config, storage, identity, self.session, rejected)
        if installation:  # of a former version of the bot, perhaps, which needed less
            await tell_missing_scopes(config, slack.alerts, installation.scopes, is_new=False)
        return slack

    def has_own_models(self, workspace: Workspace) -> bool:
        """Whether the settings of a workspace name another server of models, or another key."""
        return model_server(workspace.config) != model_server(self.config)

    async def _has_ended(self, team_id: str, installation: Installation, code: str) -> bool:
        """Whether a workspace has another installation by now, or none, as a token is rejected."""
        if code == NO_ACCESS:
            await self.removals.refused_in(installation, team_id)
        else:
            await self.removals.rejected(installation)
        current = await self.installations.for_team(team_id)
        return current is None or current.token != installation.token

    async def installed(self, installation: Installation, by: str) -> None:
        """Take note of a new installation, to which *by* has invited; empty: it needed nobody."""
        await self.removals.installed(installation)
        person = UserId(installation.installer) if installation.installer else None
        teams = await self.installations.teams(installation.key)
        for team_id in sorted(teams) or [installation.key]:  # an organisation's first has none
            self.directory.forget(team_id)
            await self.storage.audit.record(
                Act.INSTALLED,
                WorkspaceScope(team_id),
                person,
                installation.bot_id,
                invited_by=by,
            )
            alerts = Alerts(self.storage.alerts, team_id)
            await tell_missing_scopes(self.config, alerts, installation.scopes, is_new=True)


@asynccontextmanager
async def open_shared(config: Config, storage: Storage) -> AsyncIterator[Shared]:
    """Open it; this process is noted among those that serve the app.

    Raises Refused if a file that the settings name will not do.
    """
    default_panel(config)
    prices(config.prices)
    async with (
        web_api.session() as session,
        open_same_files(config, storage, config.client_id),
        note_version(storage, config.client_id),
    ):
        yield shared_of(config, storage, session)


def shared_of(config: Config, storage: Storage, session: ClientSession) -> Shared:
    """Return what all workspaces share."""
    installations = installation_store(config, storage, config.client_id)
    rotation = TokenRotation(
        installations,
        oauth_of(config, session),
        partial(tell_reinstall, config, installations, storage.alerts),
    )
    return Shared(
        config,
        storage,
        session,
        installations,
        removals_of(config, storage, installations, session),
        rotation,
        Directory(config, installations, settings_store(config, storage), rotation.current),
    )
