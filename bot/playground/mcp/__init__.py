"""A local server of tools, as remote MCP servers are: for the playground's model to use."""
