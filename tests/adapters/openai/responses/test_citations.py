"""What a model cites, as it comes in streams and in conversations."""

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.panel.citations import Citation
from bot.panel.language_model.exchange import ModelSaid, Responded, Source
from bot.panel.model import ConversationId, DocumentId
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import citing, completed, message, page, searched
from tests.adapters.openai.prompts import told

TEXT = "Everybody has thirty days of holiday."
CITED = Citation(DocumentId("file-handbook"), "handbook.md", 36)


async def last(model: ConversationsModel, api: CannedApi, *items: object) -> Responded:
    api.will(Stream((completed(*items),)))  # type: ignore[arg-type]
    event = (await told(model))[-1]
    assert isinstance(event, Responded)
    return event


async def test_a_response_tells_what_it_cites(model: ConversationsModel, api: CannedApi) -> None:
    found = searched(("handbook", TEXT))
    event = await last(model, api, found, citing(TEXT, handbook=36))
    assert (event.text, event.citations) == (TEXT, (CITED,))


async def test_places_are_those_in_the_whole_text(
    model: ConversationsModel, api: CannedApi
) -> None:
    event = await last(model, api, message("First."), citing(TEXT, handbook=36))
    (citation,) = event.citations
    assert citation.at is not None
    assert event.text[citation.at :] == "."


async def test_a_place_that_counts_documents_is_none(
    model: ConversationsModel, api: CannedApi
) -> None:
    event = await last(model, api, citing(TEXT, handbook=0, prices=1))
    assert [(citation.name, citation.at) for citation in event.citations] == [
        ("handbook.md", None),
        ("prices.md", None),
    ]


async def test_a_stored_answer_still_knows_what_it_cites(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(Answer(body=page(citing(TEXT, handbook=36), message("Hi 17", role="user"))))
    stored = await model.since(ConversationId("conv_1"), "17")
    assert stored is not None
    assert stored[-1] == ModelSaid(TEXT, (CITED,), (Source("handbook.md"),))


async def test_servers_without_annotations_cite_nothing(
    model: ConversationsModel, api: CannedApi
) -> None:
    bare = {"type": "message", "role": "assistant", "content": [{"text": "Yes."}]}
    assert (await last(model, api, bare | {"annotations": None})).text == "Yes."
