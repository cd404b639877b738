import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from openai import AsyncOpenAI
from openai.types.conversations import Conversation

from bot.playground.openai.server import OpenAIPlayground
from tests.inspection import client_types
from tests.inspection.openapi import OpenApi
from tests.scripted_brain import ScriptedBrain


@pytest.fixture
async def brain() -> AsyncIterator[ScriptedBrain]:
    scripted = ScriptedBrain()
    yield scripted
    scripted.assert_all_used()


@pytest.fixture
async def server(brain: ScriptedBrain) -> AsyncIterator[OpenAIPlayground]:
    async with OpenAIPlayground(brain=brain) as playground:
        yield playground


@pytest.fixture
async def client(server: OpenAIPlayground, openapi: OpenApi) -> AsyncIterator[AsyncOpenAI]:
    """The real client: strict, without retries, and with every answer held against OpenAPI."""

    async def check(response: httpx2.Response) -> None:
        if response.headers["content-type"].startswith("application/json"):
            request = response.request
            body = json.loads(await response.aread())
            if request.url.path == client_types.DECISIONS:
                client_types.check_answer(response.status_code, body)
                return
            openapi.check_answer(request.method, request.url.path, response.status_code, body)

    async with (
        httpx2.AsyncClient(event_hooks={"response": [check]}, timeout=5) as http,
        AsyncOpenAI(
            api_key=server.api_key,
            base_url=server.base_url,
            max_retries=0,
            http_client=http,
            _strict_response_validation=True,
        ) as connected,
    ):
        yield connected


@pytest.fixture
async def conversation(client: AsyncOpenAI) -> Conversation:
    return await client.conversations.create(metadata={"topic": "licences"})
