"""The passages behind a reply, read from the conversation that it was given in."""

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from math import inf

from bot.adapters.openai.reading.items import ItemReader, kind_of
from bot.adapters.openai.reading.sent import Sent, pages
from bot.adapters.openai.responses.api import ResponsesApi
from bot.panel.language_model.exchange import ModelSaid, UserSaid
from bot.panel.model import ConversationId, DocumentId
from bot.panel.roster.documents.knowledge import Passage
from bot.panel.texts.footnotes import numbered

_LOOK_BACK = 1_000  # items
_INCLUDED = {"include[]": "file_search_call.results"}


async def behind(api: ResponsesApi, conversation: ConversationId, ref: str) -> Sequence[Passage]:
    """Return what was found for the reply to the user item whose text contains *ref*."""
    after: list[Sent] = []
    seen = 0
    async with aclosing(pages(partial(api.items, conversation, **_INCLUDED))) as listed:
        async for page in listed:
            for item in page:
                questions = [said for said in ItemReader().read(item) if isinstance(said, UserSaid)]
                if not questions:
                    after.append(item)
                elif ref in questions[0].text:
                    return _found(after[::-1])
                else:
                    after.clear()  # it answers another question
            seen += len(page)
            if seen >= _LOOK_BACK:
                break
    return ()


def _found(items: Sequence[Sent]) -> Sequence[Passage]:
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
