"""What the Events API wraps around an event: whose it is, and which installation may read it."""

from time import time

from bot.json_types import Json
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.workspace.company import APP_ID
from bot.playground.slack.workspace.state import Workspace

_USUAL = Hazards()


def event_callback(
    origin: Workspace,
    event: Json,
    event_id: str,
    reader: Workspace | None = None,
    hazards: Hazards = _USUAL,
) -> Json:
    """Return the envelope of what happened in *origin*, for the installation there or in *reader*.

    Its ``team_id`` is not always the reader's: in a channel that is shared it is the host's, or the
    author's where they are of a workspace that is not here.
    """
    reader = reader or origin
    channel_id = event.get("channel")
    channel_id = channel_id if isinstance(channel_id, str) else ""
    channel = origin.channels.get(channel_id)
    host, *guests = origin.sharing(channel_id)
    context = reader if hazards.shared_context == "the reader" else host
    envelope: Json = {
        "token": "not-a-real-token",
        "team_id": host.team_id if guests else _author_team(reader, event),
        "context_team_id": context.team_id,
        "context_enterprise_id": _enterprise_id(context),
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time()),
        "authorizations": [authorization(reader, hazards)],
        "is_ext_shared_channel": channel is not None and channel.is_shared,
        "event_context": f"4-{origin.team_id}-{channel_id}-{event_id}",
    }
    if enterprise_id := _enterprise_id(host):
        envelope["enterprise_id"] = enterprise_id
    return envelope


def organisation_event(
    enterprise_id: str, event: Json, event_id: str, named_team: str = ""
) -> Json:
    """Return the envelope of what happens to the app in an organisation: often without a team."""
    return {
        "token": "not-a-real-token",
        "team_id": named_team or None,
        "enterprise_id": enterprise_id,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time()),
    }


def authorization(reader: Workspace, hazards: Hazards) -> Json:
    """Return the entry of the installation that acts in *reader*."""
    is_unnamed = reader.is_org_wide and hazards.org_wide_team == "null"
    return {
        "enterprise_id": _enterprise_id(reader),
        "team_id": None if is_unnamed else reader.team_id,
        "user_id": reader.bot_user,
        "is_bot": True,
        "is_enterprise_install": reader.is_org_wide,
    }


def _author_team(workspace: Workspace, event: Json) -> str:
    author_id = event.get("user")
    author = workspace.users.get(author_id) if isinstance(author_id, str) else None
    return author.team_id if author else workspace.team_id


def _enterprise_id(workspace: Workspace) -> str | None:
    return workspace.enterprise.id if workspace.enterprise else None
