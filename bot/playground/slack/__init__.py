"""A local Slack workspace: Web API, event delivery and a page to talk in."""
