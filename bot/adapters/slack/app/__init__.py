"""The app as Slack has it: its manifest, its tokens, and how Slack itself behaves."""
