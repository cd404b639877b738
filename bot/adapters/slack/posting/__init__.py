"""Posting in threads."""
