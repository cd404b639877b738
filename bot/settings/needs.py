"""The settings that a command cannot do without, by what it talks to."""

from collections.abc import Mapping

SLACK_OUT = ("SLACK_BOT_TOKEN",)  # of one workspace
SLACK_IN = ("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",)  # Socket Mode, or HTTP
WORKSPACES = ("SLACK_BOT_TOKEN or PANELBOT_CLIENT_ID",)  # one by its token, or all that install it
MODEL = ("OPENAI_API_KEY",)
STORE = ("REDIS_URL",)
INSTALLING = (
    "PANELBOT_CLIENT_ID",
    "PANELBOT_CLIENT_SECRET",
    "PANELBOT_PUBLIC_URL",
    "PANELBOT_ENCRYPTION_KEYS",  # for the tokens of all workspaces, which are in Redis
    "PANELBOT_SECRET or SLACK_SIGNING_SECRET",  # there is no token that could sign
)


def with_implied(needs: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return *needs* with what they imply where workspaces install the app themselves."""
    is_multi_workspace = environ.get("PANELBOT_CLIENT_ID", "").strip()
    if is_multi_workspace and not {*WORKSPACES}.isdisjoint(needs):
        return tuple(dict.fromkeys((*needs, *INSTALLING)))
    return needs
