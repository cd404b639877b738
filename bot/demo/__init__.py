"""The demo: its start, its documents and tools."""
