"""How the bot reaches the world: one folder for each neighbour; they do not know each other."""
