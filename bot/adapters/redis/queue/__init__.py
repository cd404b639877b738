"""The queue of turns, their journals, and the rate limiter for calls to Slack."""
