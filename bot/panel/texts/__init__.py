"""The bot's own words to people."""
