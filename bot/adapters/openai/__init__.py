"""The openai side of the bot."""
