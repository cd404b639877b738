"""Slack's Web API: calls, limits, who is who, files."""
