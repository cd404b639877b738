"""Installing the app in workspaces: Slack's OAuth, and what tells of installations' ends."""
