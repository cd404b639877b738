"""A workspace that the bot works in, and where it is looked up."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot import runtime
from bot.adapters.slack.api.identity import Identity
from bot.panel.errors import PanelError, StoreUnavailable, TryLater
from bot.panel.installations.installation import Installation, InstallationStore, NotInstalled
from bot.panel.installations.workspace_settings import WorkspaceSettingsStore
from bot.settings.config import Config
from bot.settings.environment import ConfigError
from bot.settings.workspace_config import workspace_config

log = logging.getLogger(__name__)

_FRESH = 5.0  # seconds in which what was read counts, without another look
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the parts of a workspace are made of; if it changes, they are made anew."""

    identity: Identity
    installation: Installation | None  # None: the app was removed
    config: Config  # its own, with the token of its installation


class Directory:
    """Looks up workspaces: their installations, and their *settings* over the *deployment's*.

    *current* returns an installation with a token that is good for a while.
    """

    def __init__(
        self,
        deployment: Config,
        installations: InstallationStore,
        settings: WorkspaceSettingsStore,
        current: Callable[[Installation], Awaitable[Installation]],
    ) -> None:
        self._current = current
        self._deployment = deployment
        self._installations = installations
        self._settings = settings
        self._read: OrderedDict[str, tuple[float, Workspace]] = OrderedDict()

    async def find(self, team_id: str) -> Workspace:
        """Return a workspace. Raises NotInstalled; TryLater if it is unknown."""
        read_at, known = self._read.get(team_id, (float("-inf"), None))
        now = runtime.monotonic()
        if known and now - read_at < _FRESH:
            return known
        self._read.pop(team_id, None)
        installation = await self._installations.for_team(team_id)
        if installation is None:
            raise NotInstalled(team_id)
        installation = await self._current(installation)
        config = await self._config(team_id)
        its_config = replace(config, slack_bot_token=installation.token)
        workspace = Workspace(_identity(team_id, installation), installation, its_config)
        self._read[team_id] = (now, workspace)
        if len(self._read) > _MOST:
            self._read.popitem(last=False)
        return workspace

    async def removed(self, team_id: str) -> Workspace:
        """Return a workspace that has removed the app: without a token, Slack tells us nothing.

        What is kept of it lies where its own settings say; where these cannot be read, as a key is
        lost, the rest is deleted all the same. Raises StoreUnavailable.
        """
        identity = Identity(team_id, "", "", "", frozenset())
        try:
            config = await self._config(team_id)
        except StoreUnavailable:
            raise
        except PanelError as error:
            log.warning("settings.lost", extra={"team": team_id, "reason": str(error)})
            config = self._deployment
        return Workspace(identity, None, config)

    async def _config(self, team_id: str) -> Config:
        own = await self._settings.of_team(team_id)
        try:
            return workspace_config(self._deployment, team_id, own)
        except ConfigError as error:  # the deployment's in its place might allow too much
            log.warning("settings.unreadable", extra={"team": team_id, "reason": str(error)})
            raise TryLater("the settings of the workspace cannot be read") from error

    def forget(self, team_id: str) -> None:
        """Read a workspace anew the next time: something has changed."""
        self._read.pop(team_id, None)


def _identity(team_id: str, installation: Installation) -> Identity:
    return Identity(
        team_id,
        installation.bot_id,
        installation.bot_user_id,
        installation.url,
        installation.scopes,
        installation.is_org_wide,
    )
