"""The redis side of the bot."""
