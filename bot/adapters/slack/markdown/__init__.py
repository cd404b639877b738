"""Markdown from models: neutralised, split, and grown in streams."""
