"""Everything that was said in a thread: as people saw it, and in the conversations behind it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.panel.errors import ConversationGone
from bot.panel.exchange import StoredItem
from bot.panel.links import ThreadLinks, path_to
from bot.panel.model import CallId, ConversationId, ExpertName, MessageTs, ThreadRef
from bot.panel.ports import LanguageModel


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of a thread, whole, as people saw it."""

    ts: MessageTs
    speaker: str
    text: str
    is_markdown: bool = False
    expert: ExpertName | None = None
    call_id: CallId | None = None  # the call that it answers


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, oldest item first."""

    id: ConversationId
    expert: ExpertName | None  # None: the router's
    items: tuple[StoredItem, ...] | None  # None: it is gone


@dataclass(frozen=True, slots=True)
class ThreadArchive:
    """A thread, with the router's conversation first and then those of the experts."""

    thread: ThreadRef
    permalink: str
    messages: tuple[Spoken, ...]
    talks: tuple[Talk, ...]


async def collect(
    thread: ThreadRef,
    permalink: str,
    messages: Sequence[Spoken],
    links: ThreadLinks,
    model: LanguageModel,
) -> ThreadArchive:
    """Return *messages* together with all that the conversations of the thread hold."""
    owners = [(None, links.router), *sorted(links.experts.items(), key=lambda one: path_to(one[0]))]
    talks = await asyncio.gather(
        *(_talk(expert, conversation, model) for expert, conversation in owners if conversation)
    )
    return ThreadArchive(thread, permalink, tuple(messages), tuple(talks))


async def _talk(
    expert: ExpertName | None, conversation: ConversationId, model: LanguageModel
) -> Talk:
    try:
        newest_first = [item async for item in model.items(conversation)]
    except ConversationGone:
        return Talk(conversation, expert, None)
    return Talk(conversation, expert, tuple(newest_first[::-1]))
