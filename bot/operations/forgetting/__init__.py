"""Deleting what is kept of threads, channels, people and workspaces."""
