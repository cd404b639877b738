"""A local Slack with several workspaces and an organisation, in which the app is installed."""

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import web_api
from bot.panel.installations.installation import Installation
from bot.playground.slack.server import EVENTS, SlackPlayground
from bot.playground.slack.workspace.other_companies import globex_workspace
from tests.organisation import initech_workspaces

ACCESS = frozenset({"team_access_granted", "team_access_revoked"})


@pytest.fixture
async def slack() -> AsyncIterator[SlackPlayground]:
    async with SlackPlayground(events=EVENTS | ACCESS, retry_after=(0.01, 0.01, 0.01)) as running:
        registration = running.registration
        registration.is_distributed = registration.for_organisations = True
        running.add_workspace(globex_workspace())
        for workspace in initech_workspaces():
            running.add_workspace(workspace)
        yield running


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with web_api.session(seconds=2) as opened:
        yield opened


@pytest.fixture
def web(slack: SlackPlayground, session: ClientSession) -> AsyncWebClient:
    """A client without a token."""
    return web_api.client("", slack.api_url, session)


@pytest.fixture
def installed(slack: SlackPlayground) -> Callable[..., Installation]:
    """Install the app under a key, and return what its pages would save."""

    def install(key: str, at: float = 1.0) -> Installation:
        there = slack.install(key, "UANN")
        organisation = there.organisation
        workspace = None if organisation else there.states[0].workspace
        lasts = slack.installations.lasts(there.token)
        return Installation(
            app_id=slack.registration.app_id,
            team_id=workspace.team_id if workspace else "",
            enterprise_id=organisation.id if organisation else _organisation_of(workspace),
            bot_id=there.bot_id,
            bot_user_id=there.bot_user,
            token=there.token,
            scopes=frozenset(there.scopes),
            name=organisation.name if organisation else workspace.team_name,
            installer="UANN",
            installed_at=at,
            refresh_token=there.refresh_token,
            expires_at=slack.hazards.now() + lasts if lasts else 0,
        )

    return install


def _organisation_of(workspace) -> str:
    return workspace.enterprise.id if workspace.enterprise else ""
