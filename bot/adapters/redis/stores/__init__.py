"""What is stored in Redis about threads, panels and finished turns."""
