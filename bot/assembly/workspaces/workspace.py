"""A workspace that the bot works in, and where it is looked up."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot import runtime
from bot.adapters.slack.api.identity import Identity
from bot.panel.installations.installation import Installation, InstallationStore, NotInstalled
from bot.settings.config import Config

_FRESH = 5.0  # seconds in which what was read counts, without another look
_MOST = 2_000

SettingsOf = Callable[[str], Awaitable[Config]]


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the parts of a workspace are made of; if it changes, they are made anew."""

    identity: Identity
    config: Config  # its own, with the token of its installation


class Directory:
    """Looks up workspaces: their installations, and the settings of each."""

    def __init__(self, installations: InstallationStore, settings_of: SettingsOf) -> None:
        self._installations = installations
        self._settings_of = settings_of
        self._read: OrderedDict[str, tuple[float, Workspace]] = OrderedDict()

    async def find(self, team_id: str) -> Workspace:
        """Return a workspace. Raises NotInstalled, StoreUnavailable."""
        read_at, known = self._read.get(team_id, (float("-inf"), None))
        now = runtime.monotonic()
        if known and now - read_at < _FRESH:
            return known
        self._read.pop(team_id, None)
        installation = await self._installations.for_team(team_id)
        if installation is None:
            raise NotInstalled(team_id)
        config = await self._settings_of(team_id)
        workspace = Workspace(
            _identity(team_id, installation), replace(config, slack_bot_token=installation.token)
        )
        self._read[team_id] = (now, workspace)
        if len(self._read) > _MOST:
            self._read.popitem(last=False)
        return workspace

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
    )
