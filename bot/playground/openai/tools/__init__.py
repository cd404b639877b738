"""The tools of a request: functions, the model's own, and those of MCP servers."""
