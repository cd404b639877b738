"""Where the app is installed: the workspaces that we may work for, and with which token."""
