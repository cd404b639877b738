"""What is kept of finished turns: reports, usage, feedback."""
