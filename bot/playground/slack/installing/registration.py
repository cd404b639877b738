"""The app as its developers have registered it: one for all workspaces."""

from dataclasses import dataclass, field

from bot.playground.slack.workspace.company import APP_ID

SIGNING_SECRET = "5160a7d20e1f4c3b8d9e5160a7d20e1f"  # noqa: S105 - the local Slack's


@dataclass(slots=True)
class Registration:
    """The app's credentials and switches, which its pages at Slack show and change."""

    home_team: str  # the workspace in which it was registered
    name: str = "Panelbot"
    app_id: str = APP_ID
    client_id: str = "111.222"
    client_secret: str = field(default="playground-client-secret", repr=False)
    signing_secret: str = field(default=SIGNING_SECRET, repr=False)
    redirect_urls: list[str] = field(default_factory=list)
    is_distributed: bool = False  # else only its home workspace may install it
    for_organisations: bool = False  # org_deploy_enabled of the manifest
    rotates_tokens: bool = False
