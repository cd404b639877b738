"""What the panel needs of Slack: posting, reading, people and their languages."""
