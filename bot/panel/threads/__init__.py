"""Which conversations belong to a Slack thread, and what was said in it."""
