"""Noting that the app is installed."""

from bot.adapters.slack.api.identity import Identity
from bot.assembly.storage import Storage
from bot.panel.audit.entry import Act
from bot.panel.roster.roster import WorkspaceScope


async def note_installed(storage: Storage, identity: Identity) -> None:
    """Keep what was to be deleted because the app had been removed: it is here again."""
    team = identity.team_id
    is_new = (await storage.audit_log.head(team)).number == 0
    if await storage.chores.note_installed(team) or is_new:
        await storage.audit.record(Act.INSTALLED, WorkspaceScope(team), None, identity.bot_id)
