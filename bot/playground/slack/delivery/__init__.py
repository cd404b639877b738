"""How payloads reach the bot, over HTTP and Socket Mode."""
