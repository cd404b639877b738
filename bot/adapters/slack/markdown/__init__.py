"""Markdown from models: sanitized, split, and grown in streams."""
