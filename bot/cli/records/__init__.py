"""Commands about what was done, and what it cost."""
