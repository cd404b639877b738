"""What ``panelbot setup`` asks Slack: whether each token works, and for changes of the app."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import web_api
from bot.adapters.slack.app import app_configuration, token_checks
from bot.adapters.slack.app.app_configuration import AppManifest, create_app
from bot.adapters.slack.app.app_manifests import merged
from bot.adapters.slack.app.manifest import BOT_SCOPES, manifest
from bot.json_types import Json
from bot.panel.checks.findings import Finding


@asynccontextmanager
async def _client(token: str, api_url: str) -> AsyncIterator[AsyncWebClient]:
    async with web_api.session() as session:
        yield web_api.client(token, api_url, session)


async def bot_token(token: str, api_url: str) -> Sequence[Finding]:
    """Return the findings on a bot's token."""
    async with _client(token, api_url) as client:
        auth, wanted = client.auth_test(), frozenset(BOT_SCOPES)
        return await token_checks.examine(client, auth, app_token="", wanted=wanted)


async def app_token(token: str, bots: str, api_url: str) -> Sequence[Finding]:
    """Return the findings on an app-level token, beside the *bots* token of the same app."""
    async with _client(bots, api_url) as client:
        bot_id = (await client.auth_test())["bot_id"]
        return [await token_checks.examine_app_token(client, token, bot_id)]


async def app_of(token: str, api_url: str) -> str:
    """Return the id of the app that a bot's token is of; empty if Slack does not tell."""
    async with _client(token, api_url) as client:
        return await token_checks.app_of(client, (await client.auth_test())["bot_id"])


async def manifests(
    app_id: str, configuration_token: str, api_url: str, needed: Json
) -> tuple[Json, Json]:
    """Return the manifest of the app as it is, and with all that is *needed*. Raises Refused."""
    async with _client(configuration_token, api_url) as client:
        existing = await AppManifest(client, configuration_token, app_id).read()
    return existing, merged(existing, needed)


async def create(
    configuration_token: str, api_url: str, name: str
) -> tuple[str, Mapping[str, str]]:
    """Create an app, and return its id and the settings that it gives. Raises Refused.

    Slack asks the addresses of an app whether they know its secret, which nobody does before the
    app is created: so it begins without any, in Socket Mode.
    """
    async with _client(configuration_token, api_url) as client:
        answer = await create_app(client, configuration_token, manifest(name=name))
    secrets = answer["credentials"]
    return str(answer["app_id"]), {
        "PANELBOT_CLIENT_ID": secrets["client_id"],
        "PANELBOT_CLIENT_SECRET": secrets["client_secret"],
        "SLACK_SIGNING_SECRET": secrets["signing_secret"],
    }


async def set_icon(app_id: str, configuration_token: str, api_url: str) -> None:
    """Give the app its icon. Raises Refused."""
    async with _client(configuration_token, api_url) as client:
        await app_configuration.set_icon(client, configuration_token, app_id)


async def replace(app_id: str, configuration_token: str, api_url: str, wanted: Json) -> bool:
    """Replace the manifest; returns whether the app is to be installed anew. Raises Refused."""
    async with _client(configuration_token, api_url) as client:
        return await AppManifest(client, configuration_token, app_id).replace(wanted)
