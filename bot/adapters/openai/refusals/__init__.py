"""What servers say when they refuse, and what it means."""
