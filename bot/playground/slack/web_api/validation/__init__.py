"""What Slack checks in messages, views and blocks before it takes them."""
