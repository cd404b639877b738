"""``panelbot setup``: from the link to tokens that are checked and kept."""

import json
import os
import re
import stat
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession

from bot.adapters.slack.app.app_manifests import apps_page, creation_link, merged
from bot.adapters.slack.app.manifest import manifest
from bot.playground.slack.server import APP_TOKEN, BOT_TOKEN, CONFIGURATION_TOKEN, SlackPlayground
from bot.settings.env_file import read
from tests.end_to_end.conftest import World
from tests.processes import bot_process

pytestmark = pytest.mark.usefixtures("imported_bot")


@dataclass
class Newcomer:
    """Somebody who runs commands in a folder of their own, and types *lines*."""

    world: World
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    async def runs(self, *args: str, types: tuple[str, ...] = ()) -> tuple[int, str, str]:
        typed = self.folder / "typed"
        typed.write_text("".join(f"{line}\n" for line in types))
        prepare = partial(_type_in, self.folder, typed)
        environ = {"PATH": os.environ["PATH"], **self.environ}
        async with bot_process(*args, environ=environ, prepare=prepare) as bot:
            out, err = await bot.communicate()
        return bot.returncode or 0, out.decode(), err.decode()

    @property
    def kept(self):
        return read(str(self.folder / ".env"))


def _type_in(folder: Path, typed: Path) -> None:
    os.chdir(folder)
    sys.stdin = typed.open()


@pytest.fixture
def newcomer(world: World, tmp_path: Path) -> Newcomer:
    names = ("OPENAI_BASE_URL", "SLACK_API_URL", "REDIS_URL", "OPENAI_API_KEY")
    return Newcomer(world, tmp_path, {name: world.environ[name] for name in names})


async def test_the_link_creates_an_app_whose_tokens_are_checked_and_kept(newcomer, world):
    tokens = ("xoxb-wrong-token", BOT_TOKEN, BOT_TOKEN, APP_TOKEN)
    code, out, err = await newcomer.runs("setup", "--no-browser", types=tokens)

    assert code == 0, (out, err)
    (link,) = re.findall(r"^http\S+", out, re.MULTILINE)
    async with ClientSession() as browser:
        async with browser.get(link) as page:
            assert "Create Panelbot" in await page.text()
        form = {"manifest_json": parse_qs(urlsplit(link).query)["manifest_json"][0]}
        async with browser.post(link, data=form) as page:
            assert BOT_TOKEN in await page.text()
    assert world.slack.state.manifest == manifest()
    assert "Slack rejects SLACK_BOT_TOKEN (invalid_auth)" in out
    assert "SLACK_APP_TOKEN begins with xoxb-" in out
    kept = newcomer.kept
    assert {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}.items() <= kept.items()
    assert len(kept["PANELBOT_SECRET"]) == 64
    assert stat.S_IMODE((newcomer.folder / ".env").stat().st_mode) == 0o600
    assert "Socket Mode is on and the app-level token works" in out
    assert "/invite @Panelbot" in out
    assert BOT_TOKEN not in out + err


async def test_what_is_kept_is_not_asked_for_again_and_other_lines_stay(newcomer):
    mine = f"# mine\nexport LOG_LEVEL='INFO'\nSLACK_BOT_TOKEN={BOT_TOKEN}\n"
    (newcomer.folder / ".env").write_text(mine)

    code, out, _ = await newcomer.runs("setup", types=(APP_TOKEN,))

    assert code == 0
    assert "SLACK_BOT_TOKEN is already set." in out
    assert (newcomer.folder / ".env").read_text().startswith(mine)
    assert newcomer.kept["SLACK_APP_TOKEN"] == APP_TOKEN


async def test_whoever_stops_goes_on_later(newcomer):
    code, _, err = await newcomer.runs("setup", types=(BOT_TOKEN,))
    assert (code, "needs an answer" in err) == (1, True)
    assert newcomer.kept == {"SLACK_BOT_TOKEN": BOT_TOKEN}

    code, _, _ = await newcomer.runs("setup", types=(APP_TOKEN,))
    assert code == 0


async def test_tokens_of_two_apps_are_refused(newcomer, world):
    other = "xapp-1-A0OTHER-playground"
    world.slack.accept(other, "app")
    code, out, _ = await newcomer.runs("setup", types=(BOT_TOKEN, other))

    assert code == 1
    assert "SLACK_APP_TOKEN is of the app A0OTHER, and SLACK_BOT_TOKEN of A0PANELBOT" in out
    assert "SLACK_APP_TOKEN" not in newcomer.kept


async def test_over_http_the_signing_secret_is_asked_for(newcomer):
    url, secret = "https://bot.example.com", SlackPlayground.signing_secret
    code, out, _ = await newcomer.runs("setup", "--url", url, types=(BOT_TOKEN, secret))

    assert code == 0, out
    assert newcomer.kept["SLACK_SIGNING_SECRET"] == secret


async def test_for_many_workspaces_an_app_is_created_and_no_token_is_pasted(newcomer, world):
    url = "https://bot.example.com"
    args = ("setup", "--url", url, "--workspaces", "--no-browser")
    code, out, err = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN, ""))

    assert code == 0, (out, err)
    registered = world.slack.registration
    kept = newcomer.kept
    assert {
        "PANELBOT_CLIENT_ID": registered.client_id,
        "PANELBOT_CLIENT_SECRET": registered.client_secret,
        "SLACK_SIGNING_SECRET": registered.signing_secret,
        "PANELBOT_PUBLIC_URL": url,
    }.items() <= kept.items()
    assert "SLACK_BOT_TOKEN" not in kept
    assert len(kept["PANELBOT_ENCRYPTION_KEYS"]) == 43
    assert stat.S_IMODE((newcomer.folder / ".env").stat().st_mode) == 0o600
    created, updated = (
        call.args["manifest"]
        for call in world.slack.calls
        if call.method in ("apps.manifest.create", "apps.manifest.update")
    )
    assert world.slack.state.icon.startswith(b"\x89PNG")
    assert url not in str(created)  # Slack would ask there for an answer signed with its secret
    assert json.loads(updated)["oauth_config"]["redirect_urls"] == [f"{url}/slack/oauth_redirect"]
    assert re.search(rf"^{url}/slack/install\?invitation=[\w-]{{43}}$", out, re.MULTILINE)
    assert f"Slack takes the client id and secret; people install it at {url}" in out
    assert registered.client_secret not in out + err


async def test_an_app_that_was_created_before_is_not_created_again(newcomer, world):
    args = ("setup", "--url", "https://bot.example.com", "--workspaces", "--no-browser")
    code, _, _ = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN,))
    assert code == 1
    app_id = world.slack.registration.app_id
    code, out, _ = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN, app_id, ""))

    assert code == 0, out
    assert [call.method for call in world.slack.calls].count("apps.manifest.create") == 1


async def test_an_update_for_many_workspaces_brings_the_page_that_people_come_back_to(
    newcomer, world
):
    other = "https://other.example.com/back"
    old = manifest(url="https://bot.example.com")
    old["oauth_config"]["redirect_urls"] = [other]
    world.slack.state.manifest = json.loads(json.dumps(old))
    newcomer.environ |= {
        "PANELBOT_CLIENT_ID": world.slack.registration.client_id,
        "PANELBOT_PUBLIC_URL": "https://bot.example.com",
    }
    typed = (world.slack.registration.app_id, CONFIGURATION_TOKEN, "y")
    code, out, err = await newcomer.runs("setup", "--update", types=typed)

    assert code == 0, (out, err)
    new = world.slack.state.manifest
    back = "https://bot.example.com/slack/oauth_redirect"
    assert set(new["oauth_config"]["redirect_urls"]) == {back, other}
    assert "team_access_granted" in new["settings"]["event_subscriptions"]["bot_events"]


async def test_pages_to_install_from_need_an_address(newcomer):
    code, _, err = await newcomer.runs("setup", "--workspaces")

    assert (code, "need a URL" in err) == (2, True)


async def test_an_update_shows_what_is_missing_and_keeps_what_people_have_set(newcomer, world):
    own = {"command": "/ours", "description": "Another command", "url": "https://b.example.com"}
    old = manifest(name="Our Panel", url="https://b.example.com")
    old["features"]["slash_commands"].append(own)
    old["oauth_config"]["scopes"]["bot"] = ["chat:write", "pins:read"]
    old["display_information"]["background_color"] = "#112233"
    world.slack.state.manifest = json.loads(json.dumps(old))
    newcomer.environ |= {"SLACK_BOT_TOKEN": BOT_TOKEN}
    args = ("setup", "--update")

    code, _, _ = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN, "n"))
    assert code == 1
    assert world.slack.state.manifest == old

    code, out, _ = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN, "y"))
    assert code == 0, out
    assert '+        "app_mentions:read"' in out
    assert "reinstall it at https://api.slack.com/apps/A0PANELBOT" in out
    new = world.slack.state.manifest
    assert {"pins:read", *manifest()["oauth_config"]["scopes"]["bot"]} == {
        *new["oauth_config"]["scopes"]["bot"]
    }
    assert new["display_information"] == old["display_information"]
    assert own in new["features"]["slash_commands"]
    assert new["features"]["slash_commands"][0]["url"] == "https://b.example.com/slack/events"
    assert new["settings"] == old["settings"]

    code, out, _ = await newcomer.runs(*args, types=(CONFIGURATION_TOKEN,))
    assert (code, "is up to date" in out) == (0, True)


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (BOT_TOKEN, "It has to be an app configuration token"),
        ("xoxe.xoxp-1-other", "It has to be an app configuration token"),
    ],
)
async def test_another_token_changes_nothing(newcomer, token, told):
    newcomer.environ |= {"SLACK_BOT_TOKEN": BOT_TOKEN}
    code, _, err = await newcomer.runs("setup", "--update", types=(token,))
    assert (code, told in err) == (1, True)


def test_an_app_that_is_up_to_date_stays_as_it_is():
    for url in (None, "https://bot.example.com"):
        whole = manifest(name="Ours", url=url)
        assert merged(whole, manifest()) == _sorted(whole)


def _sorted(whole):
    scopes = whole["oauth_config"]["scopes"]
    scopes |= {name: sorted(ones) for name, ones in scopes.items()}
    return whole


@pytest.mark.parametrize(
    ("api", "page"),
    [
        ("https://slack.com/api/", "https://api.slack.com/apps"),
        ("https://slack-gov.com/api/", "https://api.slack-gov.com/apps"),
        ("http://127.0.0.1:9/api/", "http://127.0.0.1:9/apps"),
    ],
)
def test_the_link_leads_to_the_same_slack(api, page):
    assert apps_page(api) == page
    link = creation_link(api, manifest())
    assert json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0]) == manifest()
    assert len(link) < 8_000
