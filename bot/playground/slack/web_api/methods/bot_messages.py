"""Messages that the bot posts: built from a call's arguments, and answered with."""

from typing import Any

from bot.json_types import Json
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message


def new_message(state: ServerState, channel: str, args: Json, **fields: Any) -> Message:
    """Return a message of the bot, or of the persona in *args*; it is not posted yet."""
    thread_ts = state.thread_to_post_in(channel, args.get("thread_ts"))
    persona = state.persona(args)
    return Message(
        ts=state.workspace.new_ts(),
        channel=channel,
        user=None if persona else state.workspace.bot_user,
        bot_id=state.workspace.bot_id,
        thread_ts=thread_ts,
        subtype="bot_message" if persona else None,
        **persona,
        **fields,
    )


def message_answer(state: ServerState, message: Message) -> Json:
    """Return what methods answer that post or change a message."""
    payload = payloads.message(state.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "message": payload}
