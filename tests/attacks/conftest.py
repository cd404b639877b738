"""The whole bot, before a local Slack through whose trusted transport attackers act."""

from tests.end_to_end.conftest import bot, imported_bot, world

__all__ = ["bot", "imported_bot", "world"]
