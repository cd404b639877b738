"""A local Slack workspace and model API, for the demo, the tests and designing a panel."""
