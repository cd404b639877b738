"""How the bot reaches Slack."""

from dataclasses import dataclass

from bot.settings.kinds import url
from bot.settings.secret_kinds import secret
from bot.settings.setting import Group, setting

SLACK_API = "https://slack.com/api/"


@dataclass(frozen=True)
class SlackSettings:
    """How the bot reaches Slack."""

    slack_bot_token: str = setting(
        "SLACK_BOT_TOKEN",
        secret("xoxb-"),
        "OAuth & Permissions > Bot User OAuth Token",
        needed="unless PANELBOT_CLIENT_ID is set",
        example="xoxb-… (OAuth & Permissions > Bot User OAuth Token)",
        is_secret=True,
        line="xoxb-",
        group=Group.SLACK,
    )
    slack_app_token: str = setting(
        "SLACK_APP_TOKEN",
        secret("xapp-"),
        "Socket Mode only: Basic Information > App-Level Tokens, scope connections:write. Leave "
        "it out to receive events over HTTP.",
        needed="for Socket Mode",
        example="xapp-… (Basic Information > App-Level Tokens, scope connections:write)",
        is_secret=True,
        line="xapp-",
    )
    slack_signing_secret: str = setting(
        "SLACK_SIGNING_SECRET",
        secret(),
        "HTTP only: Basic Information > App Credentials > Signing Secret",
        needed="for HTTP",
        example="8f742231b10e… (Basic Information > Signing Secret)",
        is_secret=True,
        line="",
    )
    slack_api_url: str = setting(
        "SLACK_API_URL",
        url(slash=True, default=SLACK_API),
        "Only for a stand-in for Slack, such as the playground",
    )
