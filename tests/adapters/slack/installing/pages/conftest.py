"""The pages of an installation, with the local Slack behind them, and browsers in front."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from multidict import CIMultiDictProxy

from bot.adapters.slack.api import web_api
from bot.adapters.slack.http.health import health_app
from bot.adapters.slack.http.serving import serve_http
from bot.adapters.slack.installing.installer import Installer
from bot.adapters.slack.installing.oauth import Credentials, SlackOAuth
from bot.adapters.slack.installing.routes import Begun, add_install_routes
from bot.panel.installations.installation import Installation
from bot.panel.installations.one_time import Attempt, Invitation, name_of
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.other_companies import globex_workspace
from tests.fakes.installation_store import FakeInstallationStore
from tests.fakes.one_time import FakeOneTimeStore
from tests.organisation import initech_workspaces

UNTIL = 4_000_000_000.0


class Browser:
    """Goes where it is told, with its cookies, and tells what it sees."""

    def __init__(self, session: ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self.cookies: dict[str, str] = {}
        self.status = 0
        self.page = ""
        self.headers: CIMultiDictProxy[str]
        self.location = ""
        self.language = ""

    async def open(
        self, place: str, method: str = "GET", *, form: dict[str, str] | None = None
    ) -> int:
        """Open an address, or a path of the bot; follow no redirect."""
        is_ours = not place.startswith("http") or place.startswith(self._address)
        address = place if place.startswith("http") else f"{self._address}{place}"
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if is_ours else {}
        sent |= {"Accept-Language": self.language} if self.language else {}
        async with self._session.request(
            method, address, headers=sent, data=form, allow_redirects=False
        ) as response:
            self.status, self.page = response.status, await response.text()
            self.headers = response.headers
            self.location = response.headers.get("Location", "")
            if is_ours:
                self.cookies |= {name: morsel.value for name, morsel in response.cookies.items()}
        return self.status

    async def begin(self, place: str) -> str:
        """Press the button on the install page; returns where Slack asks for leave."""
        await self.open(place, "POST")
        assert self.status == 303, self.title
        return self.location

    async def decide(self, asked: str, key: str, person: str, decision: str = "allow") -> str:
        """Decide on Slack's page; returns where that leads back to."""
        form = {"place": f"{key}/{person}", "decision": decision}
        await self.open(asked, "POST", form=form)
        return self.location

    @property
    def title(self) -> str:
        """The heading of what is seen."""
        found = re.search("<h1>(.*?)</h1>", self.page)
        return found[1] if found else ""


class Site:
    """The bot's pages, and what is behind them."""

    def __init__(self, slack: SlackPlayground, session: ClientSession, address: str) -> None:
        self.slack = slack
        self.address = address
        self.session = session
        self.installations = FakeInstallationStore()
        self.invitations = FakeOneTimeStore[Invitation]()
        self.attempts = FakeOneTimeStore[Attempt]()
        self.heard: list[tuple[str, str]] = []  # of installations: the key, and who has invited
        registered = slack.registration
        self.credentials = Credentials(registered.client_id, registered.client_secret)

    def application(self, *, is_open: bool) -> web.Application:
        """Return what is served."""
        served = health_app(_nothing)
        begun = Begun(self.attempts, self.invitations)
        add_install_routes(
            served, self.oauth(), self.installer(), begun, self.address, is_open=is_open
        )
        return served

    def oauth(self) -> SlackOAuth:
        """Return what asks Slack."""
        return SlackOAuth(self.credentials, self.slack.api_url, self.session)

    def installer(self) -> Installer:
        """Return what decides what becomes of a grant."""
        return Installer(self.oauth(), self.installations, self.invitations, self._hear)

    async def invite(self, team_id: str = "", enterprise_id: str = "") -> str:
        """Return the path of an invitation."""
        token = f"{len(self.invitations.kept):043}"
        invitation = Invitation("operator:ann", UNTIL, team_id, enterprise_id)
        await self.invitations.put(name_of(token), invitation, 3600)
        return f"/slack/install?invitation={token}"

    def admin(self, key: str) -> str:
        """Return somebody who may install the app there."""
        tenants = [self.slack.tenants.get(key) or self.slack.tenants.of(key)[0]]
        people = tenants[0].workspace.users.values()
        return next(person.id for person in people if person.is_admin and not person.is_bot)

    def has_app(self, key: str) -> bool:
        """Whether Slack thinks that the app is installed there."""
        return key in self.slack.installations.by_key

    async def _hear(self, installation: Installation, invited_by: str) -> None:
        self.heard.append((installation.key, invited_by))


async def _nothing() -> str:
    return ""


@pytest.fixture
async def slack() -> AsyncIterator[SlackPlayground]:
    async with SlackPlayground(retry_after=(0.01, 0.01, 0.01)) as running:
        running.registration.is_distributed = running.registration.for_organisations = True
        running.add_workspace(globex_workspace())
        for workspace in initech_workspaces():
            running.add_workspace(workspace)
        yield running


@pytest.fixture
async def site(slack: SlackPlayground) -> AsyncIterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    slack.registration.redirect_urls = [f"{address}/slack/oauth_redirect"]
    async with web_api.session() as session:
        yield Site(slack, session, address)


@pytest.fixture
def is_open() -> bool:
    """Whether everybody may install the app."""
    return False


@pytest.fixture
async def browser_of(site: Site, is_open: bool) -> AsyncIterator[type]:
    """Open the pages, and return what makes browsers."""
    port, ready = urlsplit(site.address).port or 0, asyncio.Event()
    served = site.application(is_open=is_open)
    serving = asyncio.create_task(serve_http(served, "127.0.0.1", port, ready.set))
    await ready.wait()
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield lambda: Browser(session, site.address)
    serving.cancel()
    await asyncio.wait([serving])


@pytest.fixture
def browser(browser_of) -> Browser:
    return browser_of()


def query(address: str) -> dict[str, list[str]]:
    """Return the parameters of an address."""
    return parse_qs(urlsplit(address).query)
