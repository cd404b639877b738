"""How workspaces install the app themselves, from a link; left out, there is one, with a token."""

from dataclasses import dataclass

from bot.settings.kinds import choice, public_url, word
from bot.settings.secret_kinds import secret
from bot.settings.setting import Group, setting

_PAGE = "run/workspaces.md"
_WITH_IT = "with PANELBOT_CLIENT_ID"


@dataclass(frozen=True)
class InstallingSettings:
    """How workspaces install the app themselves, from a link.

    They are not named as Slack's samples name them, SLACK_CLIENT_ID and so on: Bolt takes those
    from the environment, and then keeps tokens in files.
    """

    client_id: str = setting(
        "PANELBOT_CLIENT_ID",
        word(r"[0-9]{1,32}\.[0-9]{1,32}", "two numbers with a dot between"),
        "Set this to serve many workspaces, each of which installs the app from a link; "
        "SLACK_BOT_TOKEN is then not used. Basic Information > App Credentials > Client ID",
        needed="for many workspaces",
        example="1234567890.1234567890123",
        page=_PAGE,
        group=Group.INSTALLING,
    )
    client_secret: str = setting(
        "PANELBOT_CLIENT_SECRET",
        secret(),
        "Basic Information > App Credentials > Client Secret",
        needed=_WITH_IT,
        example="0f1e2d3c4b5a… (Basic Information > Client Secret)",
        is_secret=True,
        page=_PAGE,
    )
    public_url: str = setting(
        "PANELBOT_PUBLIC_URL",
        public_url(),
        "The address at which browsers reach `panelbot web`, with its pages /slack/install and "
        "/slack/oauth_redirect",
        needed=_WITH_IT,
        example="https://panelbot.example.com",
        page=_PAGE,
    )
    installing: str = setting(
        "PANELBOT_INSTALLING",
        choice("invitation", "open", default="invitation"),
        "Who may install the app: people with a link from `panelbot workspaces invite` "
        "(invitation), or everybody who opens /slack/install (open)",
        example="open",
        page=f"{_PAGE}#who-may-install-it",
    )

    @property
    def is_multi_workspace(self) -> bool:
        """Whether workspaces install the app themselves; else there is one, with its token."""
        return bool(self.client_id)
