"""What follows when the app is removed from a workspace, or comes back to it.

All that is kept of the workspace is deleted some days later. A removal is believed only then, and
only if Slack rejects our token: see ``upkeep.py``.
"""

import logging

from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.roster.roster import WorkspaceScope

log = logging.getLogger(__name__)


class RemovedWorkspaces:
    """Has what is kept of a workspace deleted *after* seconds."""

    def __init__(self, chores: ChoreStore, auditor: Auditor, *, after: float) -> None:
        self._chores = chores
        self._auditor = auditor
        self._after = after

    async def removed(self, team_id: str, why: str, at: int) -> None:
        """Note that the app was removed from a workspace *at* a time: by what event of Slack's."""
        log.warning("app.removed", extra={"team": team_id, "event": why})
        await self._auditor.record(Act.UNINSTALLED, WorkspaceScope(team_id), None, why)
        await self._chores.put(Chore(ChoreKind.REMOVE, team_id, ts=str(at)), after=self._after)

    async def is_back(self, team_id: str) -> None:
        """Note that Slack lets us in again: nothing is deleted."""
        if await self._chores.note_installed(team_id):
            await self._auditor.record(Act.INSTALLED, WorkspaceScope(team_id), None)
