"""``chat.*Stream``: messages that are streamed."""

import time
from collections.abc import Mapping
from functools import reduce

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.assistant import check_session_status, set_session_status
from bot.playground.slack.web_api.methods.bot_messages import message_answer, new_message
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.methods.stream_blocks import with_chunk
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.messages import (
    LONGEST_MARKDOWN,
    MOST_BLOCKS,
    check_blocks,
    check_metadata,
)
from bot.playground.slack.workspace.messages import Message, snapshot


def start(state: ServerState, args: Json) -> Json:
    """Start a stream; in a channel it needs a recipient."""
    channel = state.channel(args["channel"], posting=True)
    if channel.kind != "im":
        if not args.get("recipient_team_id"):
            raise ApiError("missing_recipient_team_id")
        if not args.get("recipient_user_id"):
            raise ApiError("missing_recipient_user_id")
        recipient = state.workspace.users.get(args["recipient_user_id"])
        if recipient is None:
            raise ApiError("user_not_found")
        if recipient.is_stranger and not state.hazards.streams_to_strangers:
            raise ApiError("user_not_found")
    message = new_message(state, channel.id, args, text="", streaming=True)
    _append_chunks(message, args)
    message.begun_with = message.text
    state.stream_starts[channel.id, message.ts] = time.monotonic()
    state.workspace.post(message)
    return {"channel": channel.id, "ts": message.ts}


def append(state: ServerState, args: Json) -> Json:
    """Append to a stream."""
    message = _streaming(state, args)
    if (message.channel, message.ts) in state.stopped_streams:
        raise ApiError("stopped_by_user")
    if not args.get("markdown_text") and not args.get("chunks"):
        raise ApiError("no_text")
    before = snapshot(message)
    _append_chunks(message, args)
    state.workspace.updated(message, before)
    return {"channel": message.channel, "ts": message.ts}


def stop(state: ServerState, args: Json) -> Json:
    """End a stream."""
    message = _streaming(state, args)
    added = args.get("blocks") or []
    check_blocks(added, MOST_BLOCKS)
    check_metadata(args.get("metadata"))
    if args.get("session_status"):
        check_session_status(args["session_status"])
    if len(message.blocks) + len(added) > MOST_BLOCKS:
        raise ApiError("msg_blocks_too_many")
    before = snapshot(message)
    _append_chunks(message, args)
    message.blocks = [*message.blocks, *added]
    _check_whole(state, message, before)
    message.streaming = False
    message.metadata = args.get("metadata", message.metadata)
    state.workspace.updated(message, before)
    if args.get("session_status") and message.thread_ts:
        thread = {"channel_id": message.channel, "thread_ts": message.thread_ts}
        set_session_status(state, thread | {"status": args["session_status"]})
    return message_answer(state, message)


def _streaming(state: ServerState, args: Json) -> Message:
    channel = state.channel(args["channel"], posting=True)
    message = state.own_message(channel.id, args["ts"], "message_not_owned_by_app")
    started = state.stream_starts.get((message.channel, message.ts), 0.0)
    if message.streaming and time.monotonic() - started > state.hazards.stream_lasts:
        before = snapshot(message)
        message.streaming = False
        state.workspace.updated(message, before)
    if not message.streaming:
        raise ApiError("message_not_in_streaming_state")
    return message


def _check_whole(state: ServerState, message: Message, before: Message) -> None:
    """Raise ApiError, and leave the message as it was, if Slack does not take it whole."""
    try:
        check_blocks(message.blocks, MOST_BLOCKS, strict=state.hazards.strict_markdown)
    except ApiError:
        message.text, message.blocks = before.text, before.blocks
        raise


def _append_chunks(message: Message, args: Json) -> None:
    chunks = list(args.get("chunks") or [])
    if args.get("markdown_text"):
        chunks.insert(0, {"type": "markdown_text", "text": args["markdown_text"]})
    if not all(isinstance(chunk, dict) for chunk in chunks):
        raise ApiError("invalid_chunks")
    try:
        blocks = reduce(with_chunk, chunks, message.blocks)
    except ValueError:
        raise ApiError("invalid_chunks") from None
    text = "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")
    if len(text) > LONGEST_MARKDOWN:
        raise ApiError("msg_too_long")
    message.blocks = blocks
    message.text += text


METHODS: Mapping[str, Method] = {
    "chat.appendStream": append,
    "chat.startStream": start,
    "chat.stopStream": stop,
}
