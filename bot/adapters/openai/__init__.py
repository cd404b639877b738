"""The openai side of the bot."""

from bot.adapters.openai.server import lazy_types

lazy_types.install()
