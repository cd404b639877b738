"""Status, title, suggested prompts and sessions of an agent."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.state import Change, Session, Status

_MOST_LOADING_MESSAGES = 10
_MOST_PROMPTS = 4
_SESSION_STATES = frozenset({"active", "processing", "suspended", "closed"})


def set_status(state: ServerState, args: Json) -> Json:
    """Set the app's status in a thread; it expires after a while."""
    channel = state.channel(args["channel_id"], posting=True)
    if args.get("status"):  # clearing is no error where there is nothing any more
        _check_thread(state, channel.id, args["thread_ts"])
    loading = args.get("loading_messages") or []
    if len(loading) > _MOST_LOADING_MESSAGES:
        raise ApiError("invalid_arguments", "[ERROR] no more than 10 loading_messages")
    state.persona(args)
    status = Status(channel.id, args["thread_ts"], args.get("status", ""), tuple(loading))
    state.workspace.set_status(status)
    if status.text:
        loop = asyncio.get_running_loop()
        loop.call_later(state.hazards.status_lasts, state.workspace.end_status, status)
    return {}


def set_title(state: ServerState, args: Json) -> Json:
    """Set a thread's title."""
    channel, thread_ts = state.channel(args["channel_id"], posting=True), args["thread_ts"]
    _check_thread(state, channel.id, thread_ts)
    session = state.workspace.sessions.get((channel.id, thread_ts), Session())
    state.workspace.set_session(channel.id, thread_ts, replace(session, title=args["title"]))
    return {}


def set_suggested_prompts(state: ServerState, args: Json) -> Json:
    """Set the suggested prompts of a channel."""
    channel = state.channel(args["channel_id"], posting=True)
    prompts = args["prompts"]
    complete = all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts)
    if not 1 <= len(prompts) <= _MOST_PROMPTS or not complete:
        raise ApiError("invalid_arguments", "[ERROR] one to four prompts: title and message")
    state.workspace.prompts[channel.id] = {"title": args.get("title"), "prompts": prompts}
    state.workspace.notify(Change("prompts", channel.id))
    return {}


def set_session_status(state: ServerState, args: Json) -> Json:
    """Set the status of a session; its title is taken only when it begins."""
    channel, thread_ts = state.channel(args["channel_id"], posting=True), args.get("thread_ts")
    check_session_status(args["status"])
    if not thread_ts:
        raise ApiError("thread_ts_required")
    if args.get("initiator_user_id", state.workspace.bot_user) not in state.workspace.users:
        raise ApiError("user_not_found")
    state.persona(args)
    existing = state.workspace.sessions.get((channel.id, thread_ts))
    title = existing.title if existing else args.get("title", "")
    state.workspace.set_session(channel.id, thread_ts, Session(args["status"], title))
    return {"status": args["status"], "agent_status": args["status"], "title": title}


def check_session_status(status: str) -> None:
    """Raise ApiError if there is no such session status."""
    if status not in _SESSION_STATES:
        raise ApiError("invalid_status")


def _check_thread(state: ServerState, channel: str, thread_ts: str) -> None:
    state.thread_to_post_in(channel, thread_ts, error="invalid_thread_ts")


METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": set_session_status,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "assistant.threads.setTitle": set_title,
}
