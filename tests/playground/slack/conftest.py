"""A local Slack, with Slack's own client in front of it."""

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.json_types import Json
from bot.playground.slack.server import SCOPES, SlackPlayground
from bot.playground.slack.workspace.company import company_workspace
from bot.playground.slack.workspace.other_companies import globex_workspace
from bot.playground.slack.workspace.state import Workspace
from tests.organisation import initech_workspaces

ALL_SCOPES = SCOPES | {"files:read", "files:write", "reactions:write"}


@pytest.fixture
async def slack() -> AsyncIterator[SlackPlayground]:
    async with SlackPlayground(scopes=ALL_SCOPES, retry_after=(0.01, 0.01, 0.01)) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
def client(slack: SlackPlayground, session: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
    )


@pytest.fixture
def workspace() -> Workspace:
    return company_workspace("http://127.0.0.1:1")


@pytest.fixture
def world(slack: SlackPlayground) -> SlackPlayground:
    slack.registration.is_distributed = slack.registration.for_organisations = True
    slack.add_workspace(globex_workspace())
    for workspace in initech_workspaces():
        slack.add_workspace(workspace)
    return slack


@pytest.fixture
def client_of(world: SlackPlayground, session):
    """Return a client of whoever has installed the app under a key."""

    def opened(key: str) -> AsyncWebClient:
        token = world.installations.by_key[key].token
        return AsyncWebClient(token, base_url=world.api_url, session=session, retry_handlers=[])

    return opened


class Bot:
    """What stands behind the URL: it keeps what comes and answers what it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[dict[str, str], str]] = []  # headers and body
        self.answers: list[web.Response] = []  # the next ones; then 200

    @property
    def events(self) -> list[Json]:
        """The events that have come, in their envelopes."""
        return [json.loads(body) for _, body in self.requests if body.startswith("{")]

    @property
    def interactions(self) -> list[Json]:
        """The payloads of clicks and forms that have come."""
        forms = [parse_qs(body) for _, body in self.requests if not body.startswith("{")]
        return [json.loads(form["payload"][0]) for form in forms if "payload" in form]

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.text()))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    served = Bot()
    app = web.Application()
    app.router.add_post("/slack/events", served.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield served
    await runner.cleanup()
