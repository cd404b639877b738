"""How processes are watched, put together: health, metrics, traces, and alerts in Slack."""
