"""What is stored of finished turns: reports, usage, feedback."""
