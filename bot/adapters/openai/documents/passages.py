"""The passages behind a reply, read from the conversation that it was given in."""

from collections.abc import Sequence
from math import inf

from openai import AsyncOpenAI

from bot.adapters.openai.reading.items import ItemReader, kind_of
from bot.adapters.openai.reading.sent import Sent
from bot.panel.language_model.exchange import ModelSaid, UserSaid
from bot.panel.model import ConversationId, DocumentId
from bot.panel.roster.documents.knowledge import Passage
from bot.panel.texts.footnotes import numbered

_LOOK_BACK = 1_000  # items
_PAGE = 100


async def behind(client: AsyncOpenAI, conversation: ConversationId, ref: str) -> Sequence[Passage]:
    """Return what was found for the reply to the user item whose text contains *ref*."""
    after: list[Sent] = []
    seen = 0
    listed = client.conversations.items.list(
        conversation, order="desc", limit=_PAGE, include=["file_search_call.results"]
    )
    async for item in listed:
        seen += 1
        sent = Sent(item, "item")
        questions = [said for said in ItemReader().read(sent) if isinstance(said, UserSaid)]
        if not questions:
            after.append(sent)
        elif ref in questions[0].text:
            return _found(after[::-1])
        else:
            after.clear()  # it answers another question
        if seen == _LOOK_BACK:
            break
    return ()


def _found(items: Sequence[Sent]) -> Sequence[Passage]:
    """Return what the searches among *items* found, in the order of the footnotes."""
    reader = ItemReader()
    stored = [stored for item in items for stored in reader.read(item)]
    replies = [item for item in stored if isinstance(item, ModelSaid)]
    citations = [citation for reply in replies for citation in reply.citations]
    notes = numbered(citations)
    names = {citation.name: notes[citation.document] for citation in citations}
    passages = [
        Passage(
            name := result.optional_text("filename") or "…",
            result.optional_text("text"),
            notes.get(DocumentId(result.optional_text("file_id")), names.get(name)),
        )
        for search in items
        if kind_of(search) == "file_search_call"
        for result in search.parts("results")
    ]
    unique = dict.fromkeys(passages)
    return sorted(unique, key=lambda passage: passage.footnote or inf)
