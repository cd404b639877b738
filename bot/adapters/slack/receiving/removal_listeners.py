"""Listeners for the removal of the app from the workspace.

What is kept of the workspace is deleted some days later. Such an event is believed only then, and
only if Slack rejects our token: see ``operations/upkeep.py``.
"""

import logging

from slack_bolt.async_app import AsyncApp

from bot import runtime
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.payloads import is_for_us
from bot.json_types import Json
from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.roster.roster import WorkspaceScope

log = logging.getLogger(__name__)


class RemovalListeners:
    """Puts off the deletion by *after* seconds."""

    def __init__(
        self, chores: ChoreStore, auditor: Auditor, identity: Identity, *, after: float
    ) -> None:
        self._chores = chores
        self._auditor = auditor
        self._identity = identity
        self._after = after

    def listen(self, app: AsyncApp) -> None:
        """Register for the events."""
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)

    async def uninstalled(self, body: Json, event: Json) -> None:
        """Note that the app was removed."""
        team = self._identity.team_id
        if not is_for_us(body, self._identity) or body.get("team_id") != team:
            return
        log.warning("app.removed", extra={"event": event["type"]})
        await self._auditor.record(Act.UNINSTALLED, WorkspaceScope(team), None, event["type"])
        at = body.get("event_time")  # when it happened: perhaps before the app was there again
        ts = str(at if isinstance(at, int) else int(runtime.time()))
        await self._chores.put(Chore(ChoreKind.REMOVE, team, ts=ts), after=self._after)

    async def revoked(self, body: Json, event: Json) -> None:
        """Note that the bot's token was revoked; people's tokens we have none."""
        tokens = event.get("tokens")
        bots = tokens.get("bot") if isinstance(tokens, dict) else None
        if isinstance(bots, list) and self._identity.bot_user_id in bots:
            await self.uninstalled(body, event)
