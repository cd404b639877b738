"""How Slack's payloads reach us, over HTTP and Socket Mode."""
