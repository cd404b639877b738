"""Noting that the app is installed, and that it is not any more."""

from aiohttp import ClientSession

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.installing.removal import Removals
from bot.assembly.storage import Storage
from bot.operations.forgetting.removal import RemovedWorkspaces
from bot.panel.audit.entry import Act
from bot.panel.installations.installation import InstallationStore
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.config import Config


async def note_installed(storage: Storage, identity: Identity) -> None:
    """Keep what was to be deleted because the app had been removed: it is here again."""
    team = identity.team_id
    is_new = (await storage.audit_log.head(team)).number == 0
    if await storage.chores.note_installed(team) or is_new:
        await storage.audit.record(Act.INSTALLED, WorkspaceScope(team), None, identity.bot_id)


def removals_of(
    config: Config, storage: Storage, installations: InstallationStore, session: ClientSession
) -> Removals:
    """Return what ends the installations that Slack has ended."""
    after = config.uninstall_days * 24 * 60 * 60
    removed = RemovedWorkspaces(storage.chores, storage.audit, after=after)
    return Removals(installations, removed, config.slack_api_url, session)
