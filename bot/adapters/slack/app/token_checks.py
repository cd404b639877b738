"""Checks of the tokens and scopes that the bot has been given."""

import re
from collections.abc import Awaitable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api.answers import meaning, scopes_in
from bot.addresses import without_password
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import MessengerRefused

_APP = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
_UNCHECKED = "whoever presses a button may not be in its channel: nobody checks"
_OPTIONAL = {
    **dict.fromkeys(("channels:read", "groups:read", "im:read", "mpim:read"), _UNCHECKED),
    "chat:write.customize": "experts will answer under the bot's own name",
    "files:write": "files and images that experts make cannot be shown",
    "files:read": "experts cannot be taught with files from Slack",
    "mpim:history": "in group direct messages, only a mention is answered, without what was said "
    "before it",
    "usergroups:read": "no group in PANELBOT_APPROVERS or PANELBOT_TOOLS has a say",
}


async def examine(
    client: AsyncWebClient, auth: Awaitable[Any], *, app_token: str, wanted: frozenset[str]
) -> list[Finding]:
    """Return the findings on the bot's token, its scopes (*wanted*) and the app-level token.

    *auth* is Slack's answer to ``auth.test``, or its error.
    """
    try:
        answer = await auth
    except Exception as error:  # noqa: BLE001 - any failure is a finding
        return [_refused(client, error, "SLACK_BOT_TOKEN", "Reinstall the app; copy its token.")]
    findings = [good(f"Slack knows the bot: {answer['user']} in {answer['team']}")]
    findings += _scopes(answer.headers, wanted)
    if app_token:
        findings.append(await examine_app_token(client, app_token, answer["bot_id"]))
    return findings


def _scopes(headers: Mapping[str, str], wanted: frozenset[str]) -> list[Finding]:
    given = scopes_in(headers)
    if given is None:
        return [warning("Slack did not tell the scopes", "Compare them with `panelbot manifest`.")]
    missing = wanted - given
    if not missing:
        return [good("The bot has all the scopes that it needs")]
    remedy = "Update the app with `panelbot manifest`, then reinstall it."
    return [
        warning(f"Scope {scope} is missing: {_OPTIONAL[scope]}", remedy)
        if scope in _OPTIONAL
        else bad(f"Scope {scope} is missing", remedy)
        for scope in sorted(missing)
    ]


async def examine_app_token(client: AsyncWebClient, app_token: str, bot_id: str) -> Finding:
    """Return the finding on the app-level token, which has to be of the app of *bot_id*."""
    remedy = "Make an app-level token with connections:write, and switch Socket Mode on."
    try:
        await client.apps_connections_open(app_token=app_token)
    except Exception as error:  # noqa: BLE001 - any failure is a finding
        return _refused(client, error, "SLACK_APP_TOKEN", remedy)
    own, other = await app_of(client, bot_id), _APP.match(app_token)
    if own and other and other[1] != own:
        what = f"SLACK_APP_TOKEN is of the app {other[1]}, and SLACK_BOT_TOKEN of {own}"
        return bad(what, "Take both from the same app: the bot would hear what others are told.")
    return good("Socket Mode is on and the app-level token works")


async def app_of(client: AsyncWebClient, bot_id: str) -> str:
    """Return the id of the app that has the bot; empty if Slack does not tell."""
    try:
        return str((await client.bots_info(bot=bot_id))["bot"].get("app_id") or "")
    except Exception:  # noqa: BLE001 - it is asked for a comparison only
        return ""


def _refused(client: AsyncWebClient, error: Exception, token: str, remedy: str) -> Finding:
    """Return the finding for *error*; the remedy depends on whether Slack answered at all."""
    problem = meaning(error) if isinstance(error, SlackApiError) else None
    if isinstance(problem, MessengerRefused):
        return bad(f"Slack rejects {token} ({problem.code})", remedy)
    reason = str(problem or type(error).__name__)
    remedy = "Check SLACK_API_URL and whether this machine may reach it."
    return bad(f"No answer from {without_password(client.base_url)} ({reason})", remedy)
