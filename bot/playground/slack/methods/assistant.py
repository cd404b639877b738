"""Status, title, suggested prompts and sessions of an agent."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.json_types import Json
from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import BOT_USER
from bot.playground.slack.methods.caller import Method, Site
from bot.playground.slack.workspace import Change, Session, Status

_MOST_LOADING_MESSAGES = 10
_MOST_PROMPTS = 4
_SESSION_STATES = frozenset({"active", "processing", "suspended", "closed"})


def set_status(site: Site, args: Json) -> Json:
    """Show what the app is doing in a thread, for a while."""
    channel = site.channel(args["channel_id"], posting=True)
    _check_thread(site, channel.id, args["thread_ts"])
    loading = args.get("loading_messages") or []
    if len(loading) > _MOST_LOADING_MESSAGES:
        raise ApiError("invalid_arguments", "[ERROR] no more than 10 loading_messages")
    site.persona(args)
    status = Status(channel.id, args["thread_ts"], args.get("status", ""), tuple(loading))
    site.workspace.set_status(status)
    if status.text:
        loop = asyncio.get_running_loop()
        loop.call_later(site.hazards.status_lasts, site.workspace.end_status, status)
    return {}


def set_title(site: Site, args: Json) -> Json:
    """Name a thread."""
    channel, thread_ts = site.channel(args["channel_id"], posting=True), args["thread_ts"]
    _check_thread(site, channel.id, thread_ts)
    known = site.workspace.sessions.get((channel.id, thread_ts), Session())
    site.workspace.set_session(channel.id, thread_ts, replace(known, title=args["title"]))
    return {}


def set_suggested_prompts(site: Site, args: Json) -> Json:
    """Offer people something to begin with."""
    channel = site.channel(args["channel_id"], posting=True)
    prompts = args["prompts"]
    whole = all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts)
    if not 1 <= len(prompts) <= _MOST_PROMPTS or not whole:
        raise ApiError("invalid_arguments", "[ERROR] one to four prompts: title and message")
    site.workspace.prompts[channel.id] = {"title": args.get("title"), "prompts": prompts}
    site.workspace.tell(Change("prompts", channel.id))
    return {}


def set_session_status(site: Site, args: Json) -> Json:
    """Tell the state of a session; its title is taken only when it begins."""
    channel, thread_ts = site.channel(args["channel_id"], posting=True), args.get("thread_ts")
    check_session_status(args["status"])
    if not thread_ts:
        raise ApiError("thread_ts_required")
    if args.get("initiator_user_id", BOT_USER) not in site.workspace.users:
        raise ApiError("user_not_found")
    site.persona(args)
    begun = site.workspace.sessions.get((channel.id, thread_ts))
    title = begun.title if begun else args.get("title", "")
    site.workspace.set_session(channel.id, thread_ts, Session(args["status"], title))
    return {"status": args["status"], "agent_status": args["status"], "title": title}


def check_session_status(status: str) -> None:
    """Raise ApiError if there is no such state of a session."""
    if status not in _SESSION_STATES:
        raise ApiError("invalid_status")


def _check_thread(site: Site, channel: str, thread_ts: str) -> None:
    if site.workspace.message(channel, thread_ts) is None:
        raise ApiError("invalid_thread_ts")


METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": set_session_status,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "assistant.threads.setTitle": set_title,
}
