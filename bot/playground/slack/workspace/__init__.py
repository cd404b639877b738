"""The workspace as plain state, a company to fill it with, and Slack's JSON for both."""
