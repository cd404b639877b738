"""Which thread, channel or person an argument names."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.adapters.slack.api import permalinks
from bot.operations.services import Workspace
from bot.panel.errors import Refused
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ExpertLabels, RouterLabels, ThreadLinks
from bot.panel.model import ConversationId, ThreadRef, UserId
from bot.panel.threads.thread_store import ThreadStore

if TYPE_CHECKING:
    from bot.assembly.operator import ThreadAccess

_FIND_ID = (
    "Give the channel's id, such as C0123ABCD, or a link to it: click the channel's name in "
    "Slack; the id is at the bottom of what opens."
)
_THREAD = re.compile(r"(?P<channel>[CDG][A-Z0-9]+)[/:](?P<ts>\d+\.\d+)")
_CONVERSATION = re.compile(r"[\w-]+")  # on any backend
_USER = re.compile(r"(?:<@)?(?P<user>[UW][A-Z0-9]{2,})(?:\|[^>]*)?>?")
_CHANNEL = re.compile(r"(?:<#)?(?P<channel>[CDG][A-Z0-9]{2,})(?:\|[^>]*)?>?")
_LINK = re.compile(r"https?://[^/\s]+/(?:archives|client/[TE]\w+)/(?P<channel>[CDG][A-Z0-9]{2,})/?")
_NAME = re.compile(r"#.*|[\w.-]+")
_SLACK, _ORGANISATION = ".slack.com", ".enterprise.slack.com"


async def find_thread(
    argument: str,
    workspace: Workspace,
    threads: ThreadStore,
    model: LanguageModel,
) -> ThreadRef:
    """Return the thread that a permalink, CHANNEL/TS or a conversation's id names."""
    argument = argument.strip()
    if place := _place(argument):
        _check_workspace(argument, workspace.url)
        channel, ts = place
        return ThreadRef(workspace.team_id, workspace.first_id(channel), ts)
    conversation, labels = ConversationId(argument), None
    if _CONVERSATION.fullmatch(argument):
        if owner := await threads.owner(conversation):
            return owner.thread
        labels = await model.labels(conversation)
    match labels:
        case RouterLabels(thread=thread) | ExpertLabels(thread=thread):
            return thread
        case None if argument.startswith("#"):
            raise Refused(_no_channel(argument))
        case None:
            raise Refused(
                f"{argument!r} is not a thread: give a message's link (Copy link in its menu), "
                "CHANNEL/TS such as C0123ABCD/1763671234.000100, or the id of a conversation."
            )


async def find_answered(argument: str, access: "ThreadAccess") -> tuple[ThreadRef, ThreadLinks]:
    """Return the thread that *argument* names, and its conversations. Refused without any."""
    thread = await find_thread(argument, access.workspace, access.threads, access.model)
    links = await access.recovery.find(thread)
    if links.router is None:
        raise Refused(
            "Neither Redis nor Slack nor OpenAI knows of an answer by the panel in that thread."
        )
    return thread, links


def _place(argument: str) -> tuple[str, str] | None:
    if place := permalinks.parse(argument):
        return place.channel_id, place.thread_ts
    if match := _THREAD.fullmatch(argument):
        return match["channel"], match["ts"]
    return None


def find_channel(argument: str, workspace: Workspace) -> str:
    """Return the channel that *argument* names: by its id, as a mention, or by a link.

    Raises Refused, which says how to find the id.
    """
    if channel := channel_id(argument):
        _check_workspace(argument, workspace.url)
        return workspace.first_id(channel)
    raise Refused(_no_channel(argument))


def _no_channel(argument: str) -> str:
    is_name = _NAME.fullmatch(argument.strip())
    what = "a name, which the bot cannot look up" if is_name else "not a channel"
    return f"{argument!r} is {what}. {_FIND_ID}"


def channel_id(argument: str) -> str | None:
    """Return the channel that an id, a mention or a link to it names; None if it names none."""
    argument = argument.strip()
    match = _CHANNEL.fullmatch(argument) or _LINK.fullmatch(argument)
    return match["channel"] if match else None


def user_id(argument: str) -> UserId | None:
    """Return the person that *argument* names, an id or a mention; None if it names none."""
    match = _USER.fullmatch(argument.strip())
    return UserId(match["user"]) if match else None


def _check_workspace(argument: str, url: str) -> None:
    there, here = (urlsplit(one).hostname or "" for one in (argument, url))
    are_workspaces = all(
        host.endswith(_SLACK) and not host.endswith(_ORGANISATION) for host in (there, here)
    )
    if are_workspaces and there not in (here, "app.slack.com"):
        raise Refused(f"That link leads to {there}, but this bot is in {here}.")
