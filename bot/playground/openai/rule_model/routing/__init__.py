"""Whom the stand-in asks: names and roles, small talk, and what a question is about."""
