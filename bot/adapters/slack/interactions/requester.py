"""Who gave a command, clicked a button or submitted a form."""

from dataclasses import dataclass

from bot.panel.model import UserId
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked for something, and where."""

    user: UserId
    team_id: str
    channel_id: str  # empty in the app's home
    trigger_id: str  # lets one modal be opened, within three seconds
    bot_user: str  # the bot, as people mention it

    def scope(self, *, for_defaults: bool) -> Scope:
        """Return the panel that the request is about."""
        if for_defaults:
            return WorkspaceScope(self.team_id)
        return ChannelScope(self.team_id, self.channel_id)
