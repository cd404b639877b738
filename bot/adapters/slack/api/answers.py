"""What Slack's answers mean: its codes, and the domain's error for each."""

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.json_types import Json
from bot.panel.errors import MessengerRefused, MessengerUnavailable, WorkspaceMoving

REJECTED = frozenset(  # of a token
    {"account_inactive", "invalid_auth", "not_authed", "team_access_not_granted"}
    | {"token_expired", "token_revoked"}
)
MISSING_SCOPE = "missing_scope"
NO_MESSAGE = "message_not_found"
# Nobody can post there now; people may bring the channel, or the bot, back.
NO_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
NO_THREAD = frozenset(
    {"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message", NO_MESSAGE}
)
NOT_THERE = frozenset({"thread_not_found", "channel_not_found", "not_in_channel"})  # to be read
UNFIT = frozenset(  # of a message's form: another may be taken
    {"invalid_blocks", "invalid_blocks_format", "unsupported_block"}
    | {"msg_blocks_too_long", "msg_blocks_too_many", "msg_too_long"}
)
_TOO_FAST = frozenset({"ratelimited", "rate_limited"})
_UNCERTAIN = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_unavailable"}
)
_MOVING = frozenset({"org_login_required", "team_added_to_org"})  # into an organisation, for now
_MAX_RETRY_AFTER = 60 * 60.0


class Ambiguous(MessengerUnavailable):
    """It is unknown whether the call took effect."""


class SlackRefused(MessengerRefused):
    """Slack refused the call."""


def parsed(content: bytes) -> Json:
    """Return the JSON object that *content* is; empty if it is none."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def meaning(error: SlackApiError) -> Exception:
    """Return the domain's error for an error answer of Slack's, as the SDK raises it."""
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    return error_of(status, response.headers, data if isinstance(data, dict) else {})


def error_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> Exception:
    """Return the domain's error for an answer that is not ok."""
    code = str(body.get("error") or f"http_{status}")
    if status == 429 or code in _TOO_FAST:
        return MessengerUnavailable(code, after=_retry_after(headers))
    if code in _MOVING:
        return WorkspaceMoving(code)
    if status >= 500 or code in _UNCERTAIN or not body:
        return Ambiguous(code)
    return SlackRefused(code, str(body.get("needed", "")))


def scopes_in(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Return the scopes that an answer tells the token has; None if it tells none."""
    told = _header(headers, "x-oauth-scopes")
    if told is None:
        return None
    return frozenset(scope.strip() for scope in told.split(",") if scope.strip())


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return how many seconds Slack wants us to wait; one at least."""
    value = _header(headers, "retry-after") or ""
    return min(max(1.0, float(value)), _MAX_RETRY_AFTER) if value.isdecimal() else 1.0


def _header(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)
