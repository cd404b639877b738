"""What the router learns from, put together."""

from bot.adapters.functions import redactors
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.panel.routing.learning import Examples, Learning
from bot.settings.config import Config


def examples_of(config: Config, storage: Storage, slack: Slack) -> Examples | None:
    """Return what keeps and finds corrections; None where none are to be kept."""
    learning = Learning(config.learning)
    if learning is Learning.OFF:
        return None
    redaction = redactors.installed()
    redact = redaction.redacted if redaction else None
    return Examples(storage.corrections, learning, redact, slack.channel_facts)
