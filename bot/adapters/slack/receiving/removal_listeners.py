"""Listeners for the removal of the app from the workspace, where one token is all there is."""

from slack_bolt.async_app import AsyncApp

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.events import event_time, revoked_bots
from bot.adapters.slack.receiving.payloads import is_for_us
from bot.json_types import Json
from bot.operations.chores import ChoreStore
from bot.operations.forgetting.removal import RemovedWorkspaces
from bot.panel.audit.audit_log import Auditor


class RemovalListeners:
    """Puts off the deletion by *after* seconds."""

    def __init__(
        self, chores: ChoreStore, auditor: Auditor, identity: Identity, *, after: float
    ) -> None:
        self._removed = RemovedWorkspaces(chores, auditor, after=after)
        self._identity = identity

    def listen(self, app: AsyncApp) -> None:
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)

    async def uninstalled(self, body: Json, event: Json) -> None:
        team = self._identity.team_id
        if is_for_us(body, self._identity) and body.get("team_id") == team:
            await self._removed.removed(team, event["type"], event_time(body))

    async def revoked(self, body: Json, event: Json) -> None:
        """Note that the bot's token was revoked; people's tokens we have none."""
        if self._identity.bot_user_id in revoked_bots(event):
            await self.uninstalled(body, event)
