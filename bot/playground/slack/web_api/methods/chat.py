"""``chat.*``, except streams."""

from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.bot_messages import message_answer, new_message
from bot.playground.slack.web_api.methods.files import check_shown, share_shown
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.messages import (
    MOST_BLOCKS,
    check_blocks,
    check_markdown,
    check_message,
    check_metadata,
)
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message, snapshot

LONGEST_UPDATE = 4_000
_CONTENT = ("text", "markdown_text", "attachments", "metadata", "file_ids")


def post_message(state: ServerState, args: Json) -> Json:
    """Post in a channel, a thread or a direct conversation."""
    channel = state.channel(args["channel"], posting=True)
    check_message(args, strict=state.hazards.strict_markdown)
    check_shown(state, args.get("blocks") or ())
    message = _message(state, args, channel.id)
    share_shown(state, message)
    if args.get("reply_broadcast") and message.is_reply:
        message.subtype = "thread_broadcast"
        if not state.hazards.broadcasts_keep_personas:  # as has been reported
            _drop_persona(state, message)
    state.workspace.post(message)
    return message_answer(state, message)


def post_ephemeral(state: ServerState, args: Json) -> Json:
    """Show a message to one person."""
    channel = state.channel(args["channel"], posting=True)
    if args["user"] not in channel.members:
        raise ApiError("user_not_in_channel")
    check_message(args, strict=state.hazards.strict_markdown)
    message = _message(state, args, channel.id)
    message.ephemeral_for = args["user"]
    state.workspace.post(message)
    return {"message_ts": message.ts}


def update(state: ServerState, args: Json) -> Json:
    """Edit one of the bot's messages, which drops its persona."""
    channel = state.channel(args["channel"], posting=True)
    message = state.own_message(channel.id, args["ts"], "cant_update_message")
    if message.streaming:
        raise ApiError("streaming_state_conflict")
    _check_update(args, strict=state.hazards.strict_markdown)
    before = snapshot(message)
    message.text = args.get("text") or args.get("markdown_text") or message.text
    message.blocks = args.get("blocks", _markdown(args) or message.blocks)
    message.metadata = args.get("metadata", message.metadata) or None
    if not state.hazards.edits_keep_personas:
        _drop_persona(state, message)
        message.subtype = None
    message.edited_by, message.edited_ts = state.workspace.bot_user, state.workspace.new_ts()
    state.workspace.updated(message, before)
    return message_answer(state, message) | {"text": message.text}


def delete(state: ServerState, args: Json) -> Json:
    """Delete one of the bot's messages."""
    channel = state.channel(args["channel"], posting=True)
    message = state.own_message(channel.id, args["ts"], "cant_delete_message")
    state.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(state: ServerState, args: Json) -> Json:
    """Return a message's permalink."""
    channel = state.channel(args["channel"])
    message = state.workspace.message(channel.id, args["message_ts"])
    if message is None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": payloads.permalink(state.url, message)}


def _drop_persona(state: ServerState, message: Message) -> None:
    message.username = message.icon_emoji = message.icon_url = None
    message.user = state.workspace.bot_user


def _check_update(args: Json, *, strict: bool) -> None:
    """Raise ApiError if *args* are not a valid edit; what they leave out stays unchanged."""
    if len(args.get("text") or "") > LONGEST_UPDATE:
        raise ApiError("msg_too_long")
    if not any(args.get(name) for name in _CONTENT) and "blocks" not in args:
        raise ApiError("no_text")
    if args.get("markdown_text") and (args.get("text") or args.get("blocks")):
        raise ApiError("markdown_text_conflict")
    check_blocks(args.get("blocks") or [], MOST_BLOCKS, strict=strict)
    check_markdown([args.get("markdown_text") or ""], 0, strict=strict)
    check_metadata(args.get("metadata") or None)


def _message(state: ServerState, args: Json, channel: str) -> Message:
    return new_message(
        state,
        channel,
        args,
        text=args.get("text") or args.get("markdown_text") or "",
        blocks=args.get("blocks") or _markdown(args),
        metadata=args.get("metadata"),
    )


def _markdown(args: Json) -> list[Json]:
    text = args.get("markdown_text")
    return [{"type": "markdown", "text": text}] if text else []


METHODS: Mapping[str, Method] = {
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update,
}
