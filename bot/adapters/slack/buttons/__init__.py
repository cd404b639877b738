"""The buttons on our messages, and what happens when they are pressed."""
