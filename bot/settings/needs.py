"""The settings that a command cannot do without, by what it talks to."""

SLACK_OUT = ("SLACK_BOT_TOKEN",)
SLACK_IN = ("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",)  # Socket Mode, or HTTP
MODEL = ("OPENAI_API_KEY",)
STORE = ("REDIS_URL",)
