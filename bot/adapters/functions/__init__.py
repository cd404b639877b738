"""Experts that are functions of packages installed beside the bot."""
