"""The payloads of commands, button clicks and form submissions."""

from bot.json_types import Json
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.company import APP_ID
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import View

_TOKEN = "not-a-real-token"  # noqa: S105 - Slack's deprecated verification token; fixed here


def command(state: ServerState, user: str, channel: str, words: tuple[str, str], url: str) -> Json:
    """Return the payload of a slash command and its text."""
    workspace = state.workspace
    name = workspace.channels[channel].name
    payload: Json = {
        "token": _TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel,
        "channel_name": name or "directmessage",
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": words[0],
        "text": words[1],
        "api_app_id": APP_ID,
        "is_enterprise_install": str(workspace.is_org_wide).lower(),
        "response_url": url,
        "trigger_id": state.new_trigger(user),
    }
    if enterprise := workspace.enterprise:
        payload |= {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
    return payload


def interaction(state: ServerState, kind: str, user: str, owner: ServerState | None = None) -> Json:
    """Return the fields that all interactions have.

    The *owner* has the app whose message or view was used, of another workspace perhaps: what is
    opened in answer is opened there. Of a message, it is the team too.
    """
    owner = owner or state
    is_view = kind in {"view_submission", "view_closed", "block_suggestion"}
    workspace = state.workspace if is_view else owner.workspace
    person, enterprise = state.workspace.users[user], workspace.enterprise
    name = person.name
    team: Json = {"id": workspace.team_id, "domain": workspace.domain}
    organisation = {"id": enterprise.id, "name": enterprise.name} if enterprise else None
    if enterprise:
        team |= {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
    payload: Json = {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": person.team_id},
        "api_app_id": APP_ID,
        "token": _TOKEN,
        "team": None if owner.workspace.is_org_wide else team,
        "enterprise": organisation,
        "is_enterprise_install": owner.workspace.is_org_wide,
    }
    if kind not in {"block_suggestion", "view_closed"}:  # in answer to which no view can be opened
        payload["trigger_id"] = owner.new_trigger(user)
    return payload


def message_fields(state: ServerState, message: Message, url: str) -> Json:
    """Return the fields of an interaction with a message."""
    channel = state.workspace.channels[message.channel]
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": payloads.message(state.workspace, message),
        "response_url": url,
        "state": {"values": {}},
    }


def view_fields(view: View, state: Json | None) -> Json:
    """Return the fields of an interaction with a view."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": with_state(view, state),
    }


def with_state(view: View, state: Json | None) -> Json:
    """Return a view with the values of its inputs."""
    return view.content | {"state": {"values": state or {}}}
