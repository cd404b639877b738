"""Which operations of OpenAI's each part uses: all of them are held against the document.

What only a failure leads to (deleting an orphaned item, cancelling a run) is exercised in the
tests of the backends, under the same inspector.
"""

from collections.abc import AsyncIterator, Mapping, Set

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai import backends
from bot.adapters.openai.checks.key_and_models import examine
from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.adapters.openai.server.client import connect
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.language_model.exchange import (
    Attachment,
    Begun,
    Item,
    ModelEvent,
    Prompt,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import RouterLabels
from bot.panel.model import CallId, CollectionId, ConversationId, Effort, ExpertName, ThreadRef
from bot.panel.roster.documents.knowledge import CollectionOwner, Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Text
from tests.inspection.inspector import OpenAIInspector
from tests.scripted_brain import ScriptedBrain

ASK = Tool("consult_legal", "Ask the lawyer.", {"brief": "what"})
LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
IMAGE = Attachment("a.png", "image/png", b"png")
OPERATIONS: Mapping[str, Set[str]] = {
    "conversations": {
        "DELETE /conversations/{conversation_id}",
        "GET /conversations/{conversation_id}",
        "GET /conversations/{conversation_id}/items",
        "GET /responses/{response_id}",
        "POST /conversations",
        "POST /conversations/{conversation_id}",
        "POST /conversations/{conversation_id}/items",
        "POST /responses",
    },
    "stateless": {
        "POST /responses",
    },
    "assistants": {
        "GET /assistants",
        "GET /threads/{thread_id}",
        "GET /threads/{thread_id}/messages",
        "GET /threads/{thread_id}/runs",
        "GET /threads/{thread_id}/runs/{run_id}",
        "GET /threads/{thread_id}/runs/{run_id}/steps",
        "POST /assistants",
        "POST /threads",
        "POST /threads/{thread_id}",
        "POST /threads/{thread_id}/messages",
        "POST /threads/{thread_id}/runs",
        "POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
    },
    "documents": {
        "DELETE /files/{file_id}",
        "DELETE /vector_stores/{vector_store_id}",
        "DELETE /vector_stores/{vector_store_id}/files/{file_id}",
        "GET /conversations/{conversation_id}/items",
        "GET /vector_stores",
        "GET /vector_stores/{vector_store_id}",
        "GET /vector_stores/{vector_store_id}/files",
        "GET /vector_stores/{vector_store_id}/files/{file_id}/content",
        "POST /conversations",
        "POST /files",
        "POST /vector_stores",
        "POST /vector_stores/{vector_store_id}",
        "POST /vector_stores/{vector_store_id}/files",
    },
    "examination": {
        "GET /models",
    },
}


@pytest.fixture
def brain() -> ScriptedBrain:
    return ScriptedBrain()


@pytest.fixture
async def client(
    shared: object, brain: ScriptedBrain, openai_inspector: OpenAIInspector
) -> AsyncIterator[AsyncOpenAI]:
    playground = OpenAIPlayground(brain=brain, assistants=True)
    async with (
        openai_inspector.watch(playground) as server,
        connect(server.api_key, server.base_url, silence=5) as connected,
    ):
        yield connected


@pytest.fixture
def used(openai_inspector: OpenAIInspector) -> Set[str]:
    """The operations so far; counted as they happen."""
    return openai_inspector.operations.keys()


async def heard(model: LanguageModel, prompt: Prompt) -> list[ModelEvent]:
    return [event async for event in model.respond(prompt)]


async def talk(model: LanguageModel, brain: ScriptedBrain, name: str) -> None:
    """Do with a backend all that the bot does while nothing fails."""
    conversation = await model.open(LABELS)

    def prompt(*items: Item, collections: tuple[CollectionId, ...] = ()) -> Prompt:
        return Prompt(
            conversation,
            "gpt-6-luna",
            Effort.LOW,
            "Be kind.",
            items,
            (ASK,),
            cache_key="router",
            user="U1",
            collections=collections,
        )

    files = () if name == "assistants" else (IMAGE,)
    brain.then(Call("consult_legal", {"brief": "Look."}))
    events = await heard(model, prompt(UserSaid("Hi [1.0]", files)))
    (call,) = [event for event in events if isinstance(event, ToolCalled)]
    (begun,) = [event for event in events if isinstance(event, Begun)]
    await model.is_whole(begun.response)
    brain.then(Text("Yes."))
    await heard(model, prompt(ToolAnswered(CallId(call.call_id), "Fine.")))
    await model.append(conversation, [UserSaid("By the way")])
    assert await model.since(conversation, "[1.0]")
    assert [item async for item in model.items(conversation)]
    await model.relabel(conversation, LABELS)
    assert await model.labels(conversation) == LABELS
    await model.labels(ConversationId("nobody's"))


@pytest.mark.parametrize("name", ["conversations", "stateless", "assistants"])
async def test_backends(client, brain, redis, used, name: str) -> None:
    await backends.probe(client, name)
    store = RedisConversationStore(redis)
    model = backends.backend(name, client, store, salt="salt", tokens=16_000, compact=5_000)
    await talk(model, brain, name)
    assert set(used) == OPERATIONS[name]


async def test_documents(client, brain, used) -> None:
    knowledge = OpenAIKnowledge(client)
    collection = await knowledge.create(CollectionOwner(WorkspaceScope("T1"), ExpertName("legal")))
    document = await knowledge.add(collection, Upload("handbook.pdf", b"Thirty days."))
    again = await knowledge.reindex(collection, document)
    await knowledge.documents(collection)
    await knowledge.collections()
    await knowledge.owner(collection)
    opened = await client.conversations.create()
    await knowledge.passages(ConversationId(opened.id), "[1.0]")
    await knowledge.remove(collection, again.id)
    await knowledge.discard(collection)
    assert set(used) == OPERATIONS["documents"]


async def test_examination(client, used) -> None:
    await examine(client, [("PANELBOT_ROUTER_MODEL", "gpt-6-luna")])
    assert set(used) == OPERATIONS["examination"]
