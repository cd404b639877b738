"""The settings that a command cannot do without, by what it talks to."""

SLACK_OUT = ("SLACK_BOT_TOKEN",)
SLACK_IN_HTTP = ("SLACK_SIGNING_SECRET",)
MODEL = ("OPENAI_API_KEY",)
STORE = ("REDIS_URL",)
