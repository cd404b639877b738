"""The permissions that Slack has to give the bot as it is set up."""

import logging

from bot.adapters.slack.api.manifest import BOT_SCOPES, OPTIONAL_BOT_SCOPES
from bot.assembly import panels
from bot.settings.config import Config

log = logging.getLogger(__name__)


def scopes_needed(config: Config) -> frozenset[str]:
    """Return the scopes that the bot needs as it is set up."""
    has_groups = panels.approvers_of(config).groups or panels.has_groups_in_tools(config)
    return frozenset(BOT_SCOPES) | frozenset(OPTIONAL_BOT_SCOPES if has_groups else ())


def warn_of_missing_scopes(config: Config, given: frozenset[str]) -> None:
    """Log which scopes the bot lacks; it starts all the same."""
    for scope in sorted(scopes_needed(config) - given) if given else ():
        log.warning("scope.missing", extra={"needed": scope, "remedy": "panelbot check"})
