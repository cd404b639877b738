"""The connection with the server, and what it can take."""
