"""Changing the app at Slack, with a token that a person makes for that: it is good for 12 hours.

Such a token comes with one to refresh it, good for a single use. That is never asked for: nothing
has to be kept, and no other program loses its own.
"""

from importlib.resources import files

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.json_types import Json
from bot.panel.errors import Refused

_REMEDIES = {
    "token_expired": "It is good for 12 hours: generate another one.",
    "invalid_auth": "It has to be an app configuration token of the workspace with the app.",
    "not_allowed_token_type": "It has to be an app configuration token.",
    "app_not_found": "It has to be of the person and the workspace that have the app.",
}


async def create_app(client: AsyncWebClient, token: str, manifest: Json) -> Json:
    """Create an app; returns Slack's answer, with its id and credentials. Raises Refused.

    If no answer comes, there may be an app all the same: people have to look.
    """
    try:
        answer = await client.apps_manifest_create(manifest=manifest, token=token)
    except Exception as error:
        raise _refusal(error) from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


async def set_icon(client: AsyncWebClient, token: str, app_id: str) -> None:
    """Give an app the icon that comes with the bot. Raises Refused."""
    icon = files("bot.adapters.slack.app").joinpath("icon.png").read_bytes()
    try:
        await client.apps_icon_set(app_id=app_id, file=icon, token=token)
    except Exception as error:
        raise _refusal(error) from error


class AppManifest:
    """The manifest of the app *app_id*, changed with an app configuration *token*."""

    def __init__(self, client: AsyncWebClient, token: str, app_id: str) -> None:
        self._client = client
        self._token = token
        self._app_id = app_id

    async def read(self) -> Json:
        """Return it. Raises Refused."""
        try:
            answer = await self._client.apps_manifest_export(app_id=self._app_id, token=self._token)
        except Exception as error:
            raise _refusal(error) from error
        return dict(answer["manifest"])

    async def replace(self, manifest: Json) -> bool:
        """Replace it; returns whether the app has to be installed anew. Raises Refused."""
        try:
            answer = await self._client.apps_manifest_update(
                app_id=self._app_id, manifest=manifest, token=self._token
            )
        except Exception as error:
            raise _refusal(error) from error
        return bool(answer.get("permissions_updated"))


def _refusal(error: Exception) -> Refused:
    if not isinstance(error, SlackApiError):
        return Refused(f"Slack did not answer ({type(error).__name__}). Try it again.")
    code = str(error.response.get("error", "unknown"))
    faults = error.response.get("errors") or ()
    told = "; ".join(f"{one.get('pointer', '')} {one.get('message', '')}".strip() for one in faults)
    remedy = told or _REMEDIES.get(code, "")
    return Refused(f"Slack refuses ({code}). {remedy}".strip())
