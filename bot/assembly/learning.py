"""What the router learns from, put together."""

from bot.adapters.functions import redactors
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.panel.routing.learning import Examples, Learning, Redact
from bot.settings.config import Config


def examples_of(config: Config, storage: Storage, slack: Slack) -> Examples | None:
    """Return what keeps and finds corrections; None where none are to be kept."""
    if config.learning == Learning.OFF:
        return None
    return Examples(storage.corrections, Learning(config.learning), redact(), slack.channel_facts)


def redact() -> Redact | None:
    """Return what all that is kept or shown of people's words passes; None without redactors."""
    redaction = redactors.installed()
    return redaction.redacted if redaction else None
