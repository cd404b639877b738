"""Status, title, suggested prompts and sessions of an agent."""

from collections.abc import Mapping

from bot.playground.slack.arguments import ApiError
from bot.playground.slack.methods.caller import Method, Site
from bot.playground.slack.workspace import Change, Json, Status

_MOST_LOADING_MESSAGES = 10
_MOST_PROMPTS = 4


def set_status(site: Site, args: Json) -> Json:
    """Show what the app is doing in a thread."""
    channel = site.channel(args["channel_id"], posting=True)
    loading = args.get("loading_messages") or []
    if len(loading) > _MOST_LOADING_MESSAGES:
        raise ApiError("invalid_arguments", "[ERROR] no more than 10 loading_messages")
    site.persona(args)
    site.workspace.set_status(
        Status(channel.id, args["thread_ts"], args.get("status", ""), tuple(loading))
    )
    return {}


def set_title(site: Site, args: Json) -> Json:
    """Name a thread."""
    site.channel(args["channel_id"], posting=True)
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
    """Tell the state of a session."""
    site.channel(args["channel_id"], posting=True)
    return {}


METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": set_session_status,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "assistant.threads.setTitle": set_title,
}
