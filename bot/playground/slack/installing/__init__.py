"""How the app gets into workspaces and organisations, and out of them."""
