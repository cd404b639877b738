"""Everything that was said in a thread: as people saw it, and in the conversations behind it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable, Refused
from bot.panel.language_model.exchange import ModelSaid, StoredItem
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ThreadLinks, experts_on
from bot.panel.model import (
    CallId,
    ConsultationPath,
    ConversationId,
    ExpertName,
    MessageTs,
    ThreadRef,
)

LARGEST = 20 * 1024 * 1024  # bytes of one file that an expert made


@dataclass(frozen=True, slots=True)
class Spoken:
    """One complete message of a thread, as people saw it."""

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
    expert: ConsultationPath | None  # None: the router's
    items: tuple[StoredItem, ...] | None  # None: it is gone
    contents: Mapping[str, bytes] = field(default_factory=dict)  # of files made, as far as there


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
    """Return *messages* with everything in the conversations of the thread."""
    experts = sorted(links.experts.items(), key=lambda item: experts_on(item[0]))
    owners = [(None, links.router), *experts]
    talks = await asyncio.gather(
        *(_talk(expert, conversation, model) for expert, conversation in owners if conversation)
    )
    return ThreadArchive(thread, permalink, tuple(messages), tuple(talks))


async def _talk(
    expert: ConsultationPath | None, conversation: ConversationId, model: LanguageModel
) -> Talk:
    try:
        newest_first = [item async for item in model.items(conversation)]
    except ConversationGone:
        return Talk(conversation, expert, None)
    items = tuple(newest_first[::-1])
    return Talk(conversation, expert, items, await _contents(conversation, items, model))


async def _contents(
    conversation: ConversationId, items: Sequence[StoredItem], model: LanguageModel
) -> Mapping[str, bytes]:
    """Return the contents of the files that were made there and still exist."""
    messages = (item for item in items if isinstance(item, ModelSaid))
    files = {file.id: file for message in messages for file in message.files}
    contents = {}
    for file in files.values():
        with suppress(Refused, ModelRefused, ModelUnavailable):
            contents[file.id] = await model.content(conversation, file, LARGEST)
    return contents
