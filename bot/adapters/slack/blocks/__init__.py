"""Messages as Slack's blocks."""
