import aiohttp
import pytest
from openai import AsyncOpenAI, AuthenticationError, NotFoundError

from bot.playground.openai.server import OpenAIPlayground
from tests.playground.openai.asking import ask


async def test_the_models_say_when_they_end(client: AsyncOpenAI) -> None:
    ends = {
        model.id: (model.model_extra or {}).get("shutdown_date")
        or getattr(model, "shutdown_date", None)
        async for model in client.models.list()
    }
    assert ends["gpt-6-luna"] is None
    assert str(ends["gpt-5"]) == "2026-12-11"
    assert str(ends["gpt-4o"]) == "2027-01-14"
    assert (await client.models.retrieve("gpt-6.2-sol")).id == "gpt-6.2-sol"
    with pytest.raises(NotFoundError) as caught:
        await client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


async def test_a_wrong_key_opens_nothing(client: AsyncOpenAI) -> None:
    stranger = client.with_options(api_key="sk-wrong")
    with pytest.raises(AuthenticationError) as caught:
        await ask(stranger)
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize("path", ["/threads", "/assistants", "/nothing"])
async def test_what_is_not_there_is_not_found(client: AsyncOpenAI, path: str) -> None:
    with pytest.raises(NotFoundError, match="Invalid URL"):
        await client.post(path, cast_to=object)


async def test_every_answer_names_its_request(client: AsyncOpenAI) -> None:
    first, second = await ask(client), await ask(client)
    assert first._request_id != second._request_id
    assert first._request_id.startswith("req_") if first._request_id else False


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
async def test_a_body_that_is_no_object_is_refused(server: OpenAIPlayground, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{server.base_url}/responses", data=body) as response,
    ):
        assert response.status == 400
        assert "JSON body" in (await response.json())["error"]["message"]


async def test_requests_are_recorded_as_they_were_made_and_ended(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    conversation = await client.conversations.create()
    await client.conversations.items.list(conversation.id)
    with pytest.raises(NotFoundError):
        await client.conversations.retrieve("conv_none")
    await ask(client, "One")
    assert [(request.name, request.status) for request in server.requests] == [
        ("POST /v1/conversations", 200),
        ("GET /v1/conversations/*/items", 200),
        ("GET /v1/conversations/*", 404),
        ("POST /v1/responses", 200),
    ]
    assert server.requests[-1].body["input"] == "One"
    assert server.requests[1].path == f"/v1/conversations/{conversation.id}/items"
    assert all(request.seconds is not None for request in server.requests)


async def test_only_the_last_requests_are_remembered() -> None:
    async with (
        OpenAIPlayground(record=2) as server,
        AsyncOpenAI(api_key=server.api_key, base_url=server.base_url) as client,
    ):
        for _ in range(3):
            await client.models.list()
        assert len(server.requests) == 2
