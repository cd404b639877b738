from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from openai import AsyncOpenAI

from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.playground.openai.server import OpenAIPlayground
from tests.adapters.openai.canned_api import CannedApi
from tests.inspection.inspector import OpenAIInspector
from tests.scripted_brain import ScriptedBrain

AT_ONCE = RetryDelays(locked=(0, 0, 0, 0), busy=(0, 0, 0, 0))


@pytest.fixture
async def brain() -> AsyncIterator[ScriptedBrain]:
    """What the model says; a test has to use all that it scripted."""
    scripted = ScriptedBrain()
    yield scripted
    scripted.assert_all_used()


@pytest.fixture
async def server(
    brain: ScriptedBrain, openai_inspector: OpenAIInspector
) -> AsyncIterator[OpenAIPlayground]:
    """A local OpenAI, where the Responses and the Assistants API are served."""
    async with openai_inspector.watch(OpenAIPlayground(brain=brain, assistants=True)) as playground:
        yield playground


@pytest.fixture
async def api(openai_inspector: OpenAIInspector) -> AsyncIterator[CannedApi]:
    canned = CannedApi()
    async with TestServer(openai_inspector.watch_requests(canned.application())) as server:
        canned.base_url = str(server.make_url("/v1"))
        yield canned
    assert not canned.answers, f"nobody asked for {canned.answers}"


@pytest.fixture
async def client(api: CannedApi) -> AsyncIterator[AsyncOpenAI]:
    async with connect("sk-test", api.base_url, silence=5) as connected:
        yield connected


@pytest.fixture
def model(client: AsyncOpenAI) -> ConversationsModel:
    return ConversationsModel(client, salt="salt", delays=AT_ONCE)


@pytest.fixture
def knowledge(client: AsyncOpenAI) -> OpenAIKnowledge:
    return OpenAIKnowledge(client, delays=AT_ONCE)
