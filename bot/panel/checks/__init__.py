"""Checking the services that the bot uses."""
