"""A 404 is a suspicion: what is believed of it, and by which server."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.openai import absence
from bot.adapters.openai.assistants.assistants_model import AssistantsModel
from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.adapters.openai.errors import NotFound
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ConversationGone, ModelUnavailable
from bot.panel.language_model.exchange import Responded, UserSaid
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, ExpertName, ThreadRef
from bot.panel.roster.documents.knowledge import CollectionOwner, Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.openai.faults import Fault
from bot.playground.openai.server import OpenAIPlayground
from tests import openai_faults as faults
from tests.adapters.openai.canned_api import Answer, CannedApi
from tests.adapters.openai.events import error
from tests.adapters.openai.prompts import prompt, told

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
AT_ONCE = RetryDelays(locked=(0,), busy=(0,))
BELIEVED = [
    (absence.CONVERSATION, "conv_68a1", "Conversation with id 'conv_68a1' not found."),
    (absence.CONVERSATION, "conv_68a1", "Conversation not found"),
    (absence.CONVERSATION, "conv_68a1", "Conversation 'conv_68a1' not found. Use 'client.…'"),
    (absence.CONVERSATION, "conv_68a1", "The conversation conv_68a1 does not exist"),
    (absence.CONVERSATION, "conv_68a1", "No such conversation: conv_68a1"),
    (absence.CONVERSATION, "conv_68a1", "conversation_not_found gone"),
    (absence.THREAD, "thread_68a1", "No thread found with id 'thread_68a1'."),
    (absence.COLLECTION, "vs_68a1", "Vector store with id ['vs_68a1'] not found."),
    (absence.COLLECTION, "vs_68a1", "Vector_store vs_68a1 not found"),
    (absence.FILE, "file-68a1", "No such File object: file-68a1"),
    (absence.FILE, "file-68a1", "No file found with id 'file-68a1' in vector store 'vs_1'."),
    (absence.CONTAINER, "cntr_68a1", "Container is expired."),
]
DOUBTED = [
    "Not found",
    "Resource not found",
    "The model 'x' does not exist",
    "model 'x' not found for this conversation",
    "No such File object: file-68a1",
    "Conversation with id 'conv_other' not found.",
    "Conversation item 'msg_68a1' not found in conversation 'conv_68a1'",
    "Route GET:/v1/conversations/conv_68a1 not found",
    "Invalid URL (GET /v1/conversations/conv_68a1)",
]
BODIES = [  # as plain text, for the inspector knows no such JSON
    faults.NGINX,
    "404 page not found",
    '{"detail":"Not Found"}',
    '{"error":{"code":"404","message":"Resource not found"}}',
    "",
]
PAGES = [faults.page(body=body, media_type="text/plain") for body in BODIES]


@pytest.mark.parametrize(("kind", "id_", "message"), BELIEVED)
def test_servers_say_in_their_own_words_that_something_is_gone(
    kind: absence.Kind, id_: str, message: str
) -> None:
    assert kind.is_missing(NotFound("HTTP 404", message, is_json=True), id_)
    assert not kind.is_missing(NotFound("HTTP 404", message, is_json=False), id_)


@pytest.mark.parametrize("message", DOUBTED)
def test_other_words_do_not_say_so(message: str) -> None:
    answer = NotFound("HTTP 404", message, is_json=True)
    assert not absence.CONVERSATION.is_missing(answer, "conv_68a1")


@pytest.fixture(params=["conversations", "assistants"])
async def model(
    request: pytest.FixtureRequest, server: OpenAIPlayground
) -> AsyncIterator[LanguageModel]:
    async with connect(server.api_key, server.base_url, silence=5) as client:
        if request.param == "conversations":
            yield ConversationsModel(client, salt="", delays=AT_ONCE)
        else:
            yield AssistantsModel(client, delays=AT_ONCE)


def put_before(server: OpenAIPlayground, page: Fault, *, only: str = "") -> None:
    """Let *page* answer what is asked of conversations and threads, or *only* one request."""
    for root in ("conversations", "threads"):
        for path in ("", "/*", "/*/items", "/*/items/*", "/*/messages", "/*/runs"):
            for method in ("GET", "POST", "DELETE"):
                name = f"{method} /v1/{root}{path}"
                if only in ("", name):
                    server.faults.rate(name, page, 1.0)
    if only in ("", "POST /v1/responses"):
        server.faults.rate("POST /v1/responses", page, 1.0)


async def check_kept(model: LanguageModel, conversation: ConversationId) -> None:
    """Check that nothing is taken for gone."""
    with pytest.raises(ModelUnavailable):
        await told(model, prompt(conversation=conversation))
    with pytest.raises(ModelUnavailable):
        await model.append(conversation, [UserSaid("18")])
    with pytest.raises(ModelUnavailable):
        await model.since(conversation, "17")
    with pytest.raises(ModelUnavailable):
        await anext(model.items(conversation))
    with pytest.raises(ModelUnavailable):
        await model.relabel(conversation, LABELS)
    with pytest.raises(ModelUnavailable):
        await model.labels(conversation)
    with pytest.raises(ModelUnavailable):
        await model.delete(conversation)
    with pytest.raises(ModelUnavailable):
        await model.open(LABELS)


@pytest.mark.parametrize("page", PAGES)
async def test_a_proxys_page_is_an_outage(
    server: OpenAIPlayground, model: LanguageModel, page: Fault
) -> None:
    conversation = await model.open(LABELS)
    put_before(server, page)

    await check_kept(model, conversation)

    server.faults.clear()
    *_, last = await told(model, prompt(conversation=conversation))
    assert isinstance(last, Responded)


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_where_the_response_belongs_says_nothing_of_the_conversation(
    server: OpenAIPlayground, model: LanguageModel, page: Fault
) -> None:
    conversation = await model.open(LABELS)
    for name in ("POST /v1/responses", "POST /v1/threads/*/runs"):
        put_before(server, page, only=name)

    with pytest.raises(ModelUnavailable):
        await told(model, prompt(conversation=conversation))
    assert await model.labels(conversation) == LABELS


async def test_a_server_of_few_words_has_to_find_another_conversation(api: CannedApi) -> None:
    nothing, there = Answer(404, error("Not found")), Answer(200, {"id": "conv_2"})
    async with connect("sk-test", api.base_url) as client:
        model = ConversationsModel(client, salt="", delays=AT_ONCE)
        conversation = ConversationId("conv_1")

        api.will(nothing, nothing, there, nothing, there)  # not even the new one
        with pytest.raises(ModelUnavailable):
            await model.append(conversation, [UserSaid("17")])
        api.will(nothing, nothing, there, there, there, there)  # there after all
        with pytest.raises(ModelUnavailable):
            await model.append(conversation, [UserSaid("17")])
        api.will(nothing, nothing, there, there, there, nothing)
        with pytest.raises(ConversationGone):
            await model.append(conversation, [UserSaid("17")])
    assert [seen.method for seen in api.seen[-6:]] == [
        "POST",
        "GET",
        "POST",
        "GET",
        "DELETE",
        "GET",
    ]


async def test_a_former_backends_server_may_have_no_conversations_at_all(api: CannedApi) -> None:
    nothing, models = Answer(404, b"404 page not found"), Answer(200, {"data": []})
    async with connect("sk-test", api.base_url) as client:
        model = ConversationsModel(client, salt="", delays=AT_ONCE, former=True)

        api.will(nothing, nothing, nothing, nothing)  # no models either: there is no server
        with pytest.raises(ModelUnavailable):
            await model.labels(ConversationId("conv_1"))
        api.will(nothing, nothing, nothing, models)
        assert await model.labels(ConversationId("conv_1")) is None


@pytest.mark.parametrize("page", PAGES)
async def test_no_page_makes_documents_disappear(server: OpenAIPlayground, page: Fault) -> None:
    owner = CollectionOwner(WorkspaceScope("T1"), ExpertName("legal"))
    async with connect(server.api_key, server.base_url) as client:
        knowledge = OpenAIKnowledge(client, delays=AT_ONCE)
        collection = await knowledge.create(owner)
        document = await knowledge.add(collection, Upload("a.md", b"Thirty days."))
        for name in ("/v1/models", "/v1/vector_stores", "/v1/vector_stores/*"):
            server.faults.rate(f"GET {name}", page, 1.0)
        for name in ("/v1/vector_stores/*/files", "/v1/vector_stores/*/files/*", "/v1/files/*"):
            for method in ("GET", "POST", "DELETE"):
                server.faults.rate(f"{method} {name}", page, 1.0)

        for asking in (
            knowledge.collections(),
            knowledge.owner(collection),
            knowledge.documents(collection),
            knowledge.add(collection, Upload("b.md", b"Or more.")),
            knowledge.reindex(collection, document),
            knowledge.remove(collection, document.id),
        ):
            with pytest.raises(ModelUnavailable):
                await asking

        server.faults.clear()
        assert await knowledge.owner(collection) == owner
        assert [kept.name for kept in await knowledge.documents(collection)] == ["a.md"]
