"""The slack side of the bot."""
