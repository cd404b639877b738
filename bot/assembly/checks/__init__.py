"""What is looked at before the bot starts, and by ``panelbot check`` and ``probe``."""
