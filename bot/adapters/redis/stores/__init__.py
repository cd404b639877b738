"""What is kept in Redis about threads, panels and finished turns."""
