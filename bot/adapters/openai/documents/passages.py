"""The passages behind a reply, read from the conversation that it was given in."""

from collections.abc import Sequence
from math import inf

from openai import AsyncOpenAI
from openai.types.conversations import ConversationItem
from openai.types.responses import ResponseFileSearchToolCall

from bot.adapters.openai.items import from_api
from bot.panel.language_model.exchange import ModelSaid, UserSaid
from bot.panel.model import ConversationId, DocumentId
from bot.panel.roster.knowledge import Passage
from bot.panel.texts.footnotes import numbered

_LOOK_BACK = 1_000  # items
_PAGE = 100


async def behind(client: AsyncOpenAI, conversation: ConversationId, ref: str) -> Sequence[Passage]:
    """Return what was found for the reply to the user item whose text contains *ref*."""
    after: list[ConversationItem] = []
    seen = 0
    listed = client.conversations.items.list(
        conversation, order="desc", limit=_PAGE, include=["file_search_call.results"]
    )
    async for item in listed:
        seen += 1
        said = from_api(item)
        if isinstance(said, UserSaid):
            if ref in said.text:
                return _found(after[::-1])
            after.clear()  # it answers another question
        else:
            after.append(item)
        if seen == _LOOK_BACK:
            break
    return ()


def _found(items: Sequence[ConversationItem]) -> Sequence[Passage]:
    """Return what the searches among *items* found, in the order of the footnotes."""
    replies = [item for item in map(from_api, items) if isinstance(item, ModelSaid)]
    notes = numbered(citation for reply in replies for citation in reply.citations)
    searches = [item for item in items if isinstance(item, ResponseFileSearchToolCall)]
    passages = [
        Passage(
            result.filename or "…",
            result.text or "",
            notes.get(DocumentId(result.file_id or "")),
        )
        for search in searches
        for result in search.results or ()
    ]
    unique = dict.fromkeys(passages)
    return sorted(unique, key=lambda passage: passage.footnote or inf)
