"""What people do in Slack, moved by tests or by the page."""
