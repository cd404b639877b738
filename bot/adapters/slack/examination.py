"""Looking whether Slack will serve us: the tokens and the scopes."""

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.panel.findings import Finding, bad, good, warning

_OPTIONAL = {"chat:write.customize": "experts will answer under the bot's own name"}


async def examine(
    client: AsyncWebClient, *, app_token: str, wanted: frozenset[str]
) -> list[Finding]:
    """Return what is found of the bot's token, its scopes (*wanted*) and the app-level token."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = error.response["error"]
        return [
            bad(f"Slack rejects SLACK_BOT_TOKEN ({code})", "Reinstall the app; copy its token.")
        ]
    except Exception as error:  # noqa: BLE001 - whatever the network did, the remedy is the same
        remedy = "Check SLACK_API_URL and whether this machine may reach it."
        return [bad(f"No answer from {client.base_url} ({type(error).__name__})", remedy)]
    found = [good(f"Slack knows the bot: {answer['user']} in {answer['team']}")]
    found += _scopes(answer.headers, wanted)
    if app_token:
        found.append(await _app_token(client, app_token))
    return found


def _scopes(headers: dict[str, str], wanted: frozenset[str]) -> list[Finding]:
    given = next((v for k, v in headers.items() if k.lower() == "x-oauth-scopes"), None)
    if given is None:
        return [warning("Slack did not tell the scopes", "Compare them with `panelbot manifest`.")]
    missing = wanted - {scope.strip() for scope in given.split(",")}
    if not missing:
        return [good("The bot has all the scopes that it needs")]
    remedy = "Update the app with `panelbot manifest`, then reinstall it."
    return [
        warning(f"Scope {scope} is missing: {_OPTIONAL[scope]}", remedy)
        if scope in _OPTIONAL
        else bad(f"Scope {scope} is missing", remedy)
        for scope in sorted(missing)
    ]


async def _app_token(client: AsyncWebClient, app_token: str) -> Finding:
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        return bad(
            f"Slack rejects SLACK_APP_TOKEN ({error.response['error']})",
            "Make an app-level token with connections:write, and switch Socket Mode on.",
        )
    return good("Socket Mode is on and the app-level token works")
