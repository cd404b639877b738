"""Attacks run on the whole bot, or on its parts before a local Slack."""

from tests.adapters.slack.conftest import neighbour, serve, slack  # noqa: F401 - fixtures
from tests.end_to_end.conftest import (  # noqa: F401 - fixtures
    bot,
    bot_on_both,
    imported_bot,
    world,
)
