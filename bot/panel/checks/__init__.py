"""What is found out about the services around the bot."""
