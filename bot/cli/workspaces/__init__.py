"""Commands about apps, and the workspaces that have installed them."""
