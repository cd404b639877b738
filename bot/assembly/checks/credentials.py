"""Whether Slack takes the client id and secret with which workspaces install the app."""

from aiohttp import ClientSession

from bot.adapters.slack.app.manifest import REDIRECT_PATH
from bot.adapters.slack.installing.oauth import Credentials, SlackOAuth
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.settings.config import Config

_NO_CODE = "panelbot-check"
_WHERE = "Copy it again: Basic Information, App Credentials"
_FAULTS = {
    "invalid_client_id": ("Slack knows no app with PANELBOT_CLIENT_ID", _WHERE),
    "bad_client_secret": ("PANELBOT_CLIENT_SECRET is not of that app", _WHERE),
}


async def examine(config: Config, session: ClientSession) -> list[Finding]:
    """Look whether Slack knows us, and whether a token is still set that nobody uses."""
    findings = [await _examine_credentials(config, session)]
    if config.slack_bot_token:
        remedy = "Install the app in its workspace from a link, too, and take the token away"
        findings.append(warning("SLACK_BOT_TOKEN is not used beside PANELBOT_CLIENT_ID", remedy))
    return findings


async def _examine_credentials(config: Config, session: ClientSession) -> Finding:
    """Trade a code that is none: what Slack says first is whether it knows us."""
    credentials = Credentials(config.client_id, config.client_secret)
    redirect_uri = f"{config.public_url}{REDIRECT_PATH}"
    try:
        oauth = SlackOAuth(credentials, config.slack_api_url, session)
        await oauth.exchange(_NO_CODE, redirect_uri)
    except MessengerUnavailable as error:
        return bad(f"Slack cannot be reached ({error})", "Try it again later")
    except MessengerRefused as refusal:
        if refusal.code == "bad_redirect_uri":
            remedy = f"Add it: OAuth & Permissions, Redirect URLs, {redirect_uri}"
            return bad("The app does not have the address of our page", remedy)
        if refusal.code in _FAULTS:
            return bad(*_FAULTS[refusal.code])
    return good(f"Slack takes the client id and secret; people install it at {config.public_url}")
