"""Slack's Web API: the endpoint, its arguments and errors, and what the methods do."""
