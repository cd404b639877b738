"""Last states as calls of Slack's: each may be made again, so none has to be made in time."""

import json
import logging

from bot.adapters.slack.api.answers import NO_CHANNEL, NO_MESSAGE, UNFIT
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.messaging.outbox import LastState, Outbox
from bot.panel.model import ThreadRef

log = logging.getLogger(__name__)

_METHODS = frozenset(
    {
        "agents.sessions.setStatus",
        "assistant.threads.setStatus",
        "chat.delete",
        "chat.stopStream",
        "chat.update",
    }
)
_DONE = frozenset({NO_MESSAGE, "message_not_in_streaming_state"})


def updated(thread: ThreadRef, ts: str, content: Json, plain: Json | None = None) -> LastState:
    """Let the message *ts* show *content*, or *plain* if Slack does not take that."""
    message = _message(thread, ts)
    fallback = message | plain if plain else None
    return _state(thread, ts, "chat.update", message | content, fallback)


def deleted(thread: ThreadRef, ts: str) -> LastState:
    """Let the message *ts* be gone."""
    return _state(thread, ts, "chat.delete", _message(thread, ts))


def stream_ended(thread: ThreadRef, ts: str) -> LastState:
    """Let the message *ts* grow no more."""
    return _state(thread, f"{ts}:stream", "chat.stopStream", _message(thread, ts))


def status_cleared(thread: ThreadRef) -> LastState:
    """Let the thread show no status."""
    args = {"channel_id": thread.channel_id, "thread_ts": thread.thread_ts, "status": ""}
    return _state(thread, "status", "assistant.threads.setStatus", args, passing=True)


def session_settled(thread: ThreadRef) -> LastState:
    """Let Slack's session of the thread be open and quiet again, after somebody stopped it."""
    args = {"channel_id": thread.channel_id, "thread_ts": thread.thread_ts, "status": "active"}
    return _state(thread, "session", "agents.sessions.setStatus", args)


def content(state: LastState) -> Json | None:
    """Return the message as *state* shows it; None if it is then gone, or this is no message's."""
    request = json.loads(state.request)
    return request["args"] if request["method"] == "chat.update" else None


async def send(api: SlackApi, state: LastState) -> None:
    """Make the call. Raises MessengerUnavailable if it may not have taken effect."""
    request = json.loads(state.request)
    method, plain = request["method"], request.get("plain")
    if method not in _METHODS:
        raise MessengerUnavailable(f"{method} is for a newer version to send")
    try:
        await api.rewrite(method, **request["args"])
    except MessengerRefused as error:
        if error.code in UNFIT and plain:
            log.warning("message.simplified", extra={"reason": error.code, "about": state.about})
            await api.rewrite(method, **plain)
        elif error.code in NO_CHANNEL:
            raise MessengerUnavailable(error.code) from error
        elif error.code not in _DONE:
            raise


async def send_or_keep(api: SlackApi, outbox: Outbox, state: LastState) -> None:
    """Make the call now, or leave it to the outbox if Slack is unavailable."""
    try:
        await send(api, state)
    except MessengerUnavailable:
        await outbox.put(state)


def _message(thread: ThreadRef, ts: str) -> Json:
    return {"channel": thread.channel_id, "ts": ts}


def _state(
    thread: ThreadRef,
    about: str,
    method: str,
    args: Json,
    plain: Json | None = None,
    *,
    passing: bool = False,
) -> LastState:
    request = {"method": method, "args": args} | ({"plain": plain} if plain else {})
    return LastState(thread, about, json.dumps(request, separators=(",", ":")), passing)
