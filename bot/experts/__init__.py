"""The experts that come with the bot."""
