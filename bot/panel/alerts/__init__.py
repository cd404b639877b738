"""Alerts: what whoever runs the bot has to know, because only people can mend it."""
