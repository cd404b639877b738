"""``panelbot workspaces``: an invitation, and what is known of those who have followed it."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, DummyCookieJar

from bot.adapters.slack.api import web_api
from bot.adapters.slack.http.health import health_app
from bot.adapters.slack.http.serving import serve_http
from bot.assembly.storage import installation_store, open_storage
from bot.assembly.workspaces.installing import add_install_pages
from bot.panel.installations.installation import Installation
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX, globex_workspace
from bot.settings.environment import read
from tests.adapters.slack.installing.pages.conftest import Browser
from tests.processes import bot_process

pytestmark = pytest.mark.usefixtures("imported_bot")


@dataclass
class Deployment:
    """A deployment for many workspaces, with its pages; none has installed the app yet."""

    slack: SlackPlayground
    environ: dict[str, str]
    browser: Browser
    heard: list[tuple[str, str]] = field(default_factory=list)

    async def runs(self, *args: str) -> tuple[int, str, str]:
        """Run a command."""
        async with bot_process("--no-env-file", *args, environ=self.environ) as bot:
            out, err = await bot.communicate()
            return bot.returncode or 0, out.decode(), err.decode()

    async def hear(self, installation: Installation, invited_by: str) -> None:
        self.heard.append((installation.key, invited_by))

    async def installed(self, link: str) -> str:
        """Follow the link, and allow it; returns what is read in the end."""
        asked = await self.browser.begin(link)
        await self.browser.open(await self.browser.decide(asked, GLOBEX, FAY))
        return self.browser.title


async def _nothing() -> str:
    return ""


@pytest.fixture
async def deployment(redis, redis_url: str) -> AsyncIterator[Deployment]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    async with (
        SlackPlayground(retry_after=(0.01, 0.01, 0.01)) as slack,
        ClientSession(cookie_jar=DummyCookieJar()) as session,
        web_api.session() as shared,
    ):
        slack.registration.is_distributed = True
        slack.registration.redirect_urls = [f"{address}/slack/oauth_redirect"]
        slack.add_workspace(globex_workspace())
        environ = {
            "PATH": os.environ["PATH"],
            "REDIS_URL": redis_url,
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99baac1c85a5",
            "PANELBOT_CLIENT_ID": slack.registration.client_id,
            "PANELBOT_CLIENT_SECRET": slack.registration.client_secret,
            "PANELBOT_PUBLIC_URL": address,
            "PANELBOT_ENCRYPTION_KEYS": "A" * 43,
        }
        config = read(environ)
        async with open_storage(config) as storage:
            there = Deployment(slack, environ, Browser(session, address))
            served, ready = health_app(_nothing), asyncio.Event()
            add_install_pages(served, config, storage, shared, there.hear)
            serving = asyncio.create_task(serve_http(served, "127.0.0.1", port, ready.set))
            await ready.wait()
            yield there
            serving.cancel()
            await asyncio.wait([serving])


async def test_a_workspace_is_invited_listed_shown_and_removed(deployment):
    code, link, told = await deployment.runs("workspaces", "invite", "--team", GLOBEX)
    assert (code, "The link works once, until" in told) == (0, True), told
    assert await deployment.installed(link.strip()) == "Panelbot is installed in Globex"
    (heard,) = deployment.heard
    assert heard[0] == GLOBEX
    assert heard[1].startswith("operator:")

    _, listed, _ = await deployment.runs("workspaces", "list")
    assert listed.startswith(f"{GLOBEX}  20")
    assert "Globex" in listed
    _, shown, _ = await deployment.runs("workspaces", "show", GLOBEX, "--json")
    fields = json.loads(shown)
    assert (fields["installer"], fields["teams"], fields["missing_scopes"]) == (FAY, [GLOBEX], [])
    token = deployment.slack.installations.by_key[GLOBEX].token
    assert token not in listed + shown

    code, told, problem = await deployment.runs("workspaces", "remove", GLOBEX, "--yes")
    assert (code, "in 7 days" in told) == (0, True), problem
    assert GLOBEX not in deployment.slack.installations.by_key
    assert (await deployment.runs("workspaces", "list", "--json"))[1] == "[]\n"
    assert (await deployment.runs("workspaces", "remove", GLOBEX, "--yes"))[0] == 1


async def test_a_name_that_several_have_or_that_looks_like_an_id_is_nobody_s(deployment, redis):
    config = read(deployment.environ)
    async with open_storage(config) as storage:
        store = installation_store(config, storage, config.client_id)
        for key, name in (("T1", "Acme"), ("T2", "acme"), ("T3", "T0VICTIM"), ("T4", "Globex")):
            await store.save(Installation("A1", key, "", "B1", f"U{key}", f"xoxb-{key}", name=name))

    code, _, problem = await deployment.runs("workspaces", "remove", "ACME", "--yes")
    assert (code, "Several are called ACME: T1, T2." in problem) == (1, True), problem
    for command in (("workspaces", "show", "T0VICTIM"), ("settings", "show", "T0VICTIM")):
        assert (await deployment.runs(*command))[0] == 1
    for command in (("workspaces", "show", "globex"), ("settings", "show", "globex")):
        assert (await deployment.runs(*command))[0] == 0


async def test_an_invitation_is_taken_back_also_from_whoever_has_begun(deployment, redis):
    _, link, _ = await deployment.runs("workspaces", "invite")
    asked = await deployment.browser.begin(link.strip())
    assert (await deployment.runs("workspaces", "uninvite", link.strip()))[0] == 0
    assert (await deployment.runs("workspaces", "uninvite", link.strip()))[0] == 1
    assert (await deployment.runs("workspaces", "uninvite", "https://example.org"))[0] == 1

    back = await deployment.browser.decide(asked, GLOBEX, FAY)
    assert await deployment.browser.open(back) == 403
    assert await redis.keys("*at:*") == []


async def test_redis_has_neither_the_invitation_nor_the_token(deployment, redis):
    _, link, _ = await deployment.runs("workspaces", "invite")
    secret = link.strip().partition("invitation=")[2]
    kept = [await redis.get(key) for key in await redis.keys("panelbot:invitation:*")]
    assert len(kept) == 1
    assert secret not in kept[0] + str(await redis.keys("*"))

    await deployment.installed(link.strip())
    token = deployment.slack.installations.by_key[GLOBEX].token
    for key in await redis.keys("panelbot:{installations*at:*"):
        assert token not in str(await redis.hgetall(key))


@pytest.mark.parametrize(
    "args",
    [
        ("--team", "E0INITECH"),
        ("--enterprise", "T0GLOBEX"),
        ("--team", "T1", "--enterprise", "E1"),
        ("--hours", "0"),
    ],
)
async def test_an_invitation_for_nowhere_is_not_made(deployment, redis, args):
    assert (await deployment.runs("workspaces", "invite", *args))[0] == 2
    assert await redis.keys("panelbot:invitation:*") == []


async def test_without_a_client_id_there_are_no_workspaces_to_list(deployment):
    del deployment.environ["PANELBOT_CLIENT_ID"]
    code, _, told = await deployment.runs("workspaces", "list")

    assert code == 2
    assert "PANELBOT_CLIENT_ID is missing" in told


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("PANELBOT_CLIENT_ID", "9.9", "Slack knows no app with PANELBOT_CLIENT_ID"),
        ("PANELBOT_CLIENT_SECRET", "of-another-app-0123", "CLIENT_SECRET is not of that app"),
        ("PANELBOT_INSTALLING", "open", "Slack takes the client id and secret"),
        ("SLACK_BOT_TOKEN", "xoxb-1-2-abcdefghijklmnop", "SLACK_BOT_TOKEN is not used"),
    ],
)
async def test_wrong_credentials_are_noticed_before_anybody_follows_a_link(
    deployment, setting, value, told
):
    deployment.environ |= {setting: value, "OPENAI_API_KEY": "sk-1"}
    deployment.environ["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1"
    _, out, err = await deployment.runs("check")

    assert told in out, err
    assert deployment.slack.registration.client_secret not in out + err
