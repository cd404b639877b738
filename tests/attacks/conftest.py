"""The whole bot, or its parts, before a local Slack through whose transport attackers act."""

from tests.adapters.slack.conftest import neighbour, serve, slack
from tests.end_to_end.conftest import bot, bot_on_both, imported_bot, world

__all__ = ["bot", "bot_on_both", "imported_bot", "neighbour", "serve", "slack", "world"]
