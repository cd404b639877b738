"""The bot's texts for people."""
