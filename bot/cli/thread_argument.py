"""Which thread, channel or person an argument names."""

import re

from bot.adapters.slack.api import permalinks
from bot.panel.errors import Refused
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.model import ConversationId, ThreadRef, UserId
from bot.panel.threads.thread_store import ThreadStore

_THREAD = re.compile(r"(?P<channel>[CDG][A-Z0-9]+)[/:](?P<ts>\d+\.\d+)")
_CONVERSATION = re.compile(r"[\w-]+")  # on any backend
_USER = re.compile(r"(?:<@)?(?P<user>[UW][A-Z0-9]{2,})(?:\|[^>]*)?>?")
_CHANNEL = re.compile(r"(?:<#)?(?P<channel>[CDG][A-Z0-9]{2,})(?:\|[^>]*)?>?")


async def find_thread(
    argument: str, team_id: str, threads: ThreadStore, model: LanguageModel
) -> ThreadRef:
    """Return the thread that a permalink, CHANNEL/TS or a conversation's id names."""
    if place := _place(argument):
        return ThreadRef(team_id, *place)
    conversation, labels = ConversationId(argument), None
    if _CONVERSATION.fullmatch(argument):
        if owner := await threads.owner(conversation):
            return owner.thread
        labels = await model.labels(conversation)
    match labels:
        case RouterLabels(thread=thread) | ExpertLabels(thread=thread):
            return thread
        case None:
            raise Refused(
                f"{argument!r} is neither a permalink, nor CHANNEL/TS, nor a conversation of ours."
            )


def _place(argument: str) -> tuple[str, str] | None:
    """Return the channel and the thread's ts that a permalink or CHANNEL/TS names."""
    if place := permalinks.parse(argument):
        return place.channel_id, place.thread_ts
    if match := _THREAD.fullmatch(argument):
        return match["channel"], match["ts"]
    return None


def channel_id(argument: str) -> str | None:
    """Return the channel that *argument* names, an id or a mention; None if it names none."""
    match = _CHANNEL.fullmatch(argument)
    return match["channel"] if match else None


def user_id(argument: str) -> UserId | None:
    """Return the person that *argument* names, an id or a mention; None if it names none."""
    match = _USER.fullmatch(argument)
    return UserId(match["user"]) if match else None
