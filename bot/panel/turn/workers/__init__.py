"""What a worker runs: turns, several at a time, and what waits to be sent."""
