"""The demo's workspaces: the first has the app, and the second may install it through its pages."""

import asyncio
import socket
import time
from collections.abc import Mapping

from bot.adapters.slack.app.manifest import REDIRECT_PATH
from bot.adapters.slack.installing.routes import INSTALL_PATH
from bot.assembly import storage
from bot.assembly.parts import Obstacle, Status
from bot.panel.installations.installation import Installation
from bot.playground.slack.page.routes import PlaygroundPage
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA
from bot.playground.slack.workspace.other_companies import globex_workspace
from bot.settings.config import Config

_HOST = "127.0.0.1"
_OF_ONE = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")  # workspace, and of what brings its events


class Begun(Status):
    """Knows when the receiving side has begun to serve."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    def ready(self, team_id: str, workspace: str, obstacle: Obstacle) -> None:
        self._begun.set()

    async def wait(self) -> None:
        await self._begun.wait()


def for_all_workspaces(slack: SlackPlayground, page: PlaygroundPage) -> dict[str, str]:
    """Add a second workspace, and return the settings with which the bot serves both."""
    slack.add_workspace(globex_workspace())
    url = f"http://{_HOST}:{_free_port()}"
    app = slack.registration
    app.is_distributed = True
    app.redirect_urls = [f"{url}{REDIRECT_PATH}"]
    page.offer_installation(f"{url}{INSTALL_PATH}?direct")
    slack.deliver_to(f"{url}/slack/events")
    return {
        "PANELBOT_CLIENT_ID": app.client_id,
        "PANELBOT_CLIENT_SECRET": app.client_secret,
        "PANELBOT_PUBLIC_URL": url,
        "PANELBOT_INSTALLING": "open",
        "PANELBOT_HOST": _HOST,
        "PORT": url.rpartition(":")[2],
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }


def without_own(settings: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return *settings* without what is one workspace's *own*, its tokens among it."""
    return {name: text for name, text in settings.items() if name not in (*_OF_ONE, *own)}


async def note_first(slack: SlackPlayground, config: Config, own: Mapping[str, str]) -> None:
    """Note that the first workspace has installed the app, and its *own* settings."""
    workspace = slack.workspace
    there = slack.installations.by_key[workspace.team_id]
    installation = Installation(
        app_id=slack.registration.app_id,
        team_id=workspace.team_id,
        enterprise_id="",
        bot_id=there.bot_id,
        bot_user_id=there.bot_user,
        token=there.token,
        scopes=frozenset(there.scopes),
        url=f"{slack.url}/",
        name=workspace.team_name,
        installer=ADA,
        installed_at=time.time(),
    )
    async with storage.open_storage(config) as opened:
        await storage.installation_store(config, opened, config.client_id).save(installation)
        await storage.settings_store(config, opened).change(workspace.team_id, own)


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
