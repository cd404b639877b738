import asyncio

import pytest
from openai import AsyncOpenAI, AsyncStream, BadRequestError
from openai.types.conversations import Conversation
from openai.types.responses import Response

from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import WaitFor
from tests.playground.openai.asking import ask, stored, stream
from tests.scripted_brain import ScriptedBrain


async def ended(client: AsyncOpenAI, response: Response) -> Response:
    """Poll until the response has ended."""
    async with asyncio.timeout(5):
        while response.status in ("queued", "in_progress"):
            response = await client.responses.retrieve(response.id)
    return response


async def test_a_response_in_the_background_is_polled(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    go_on = asyncio.Event()
    brain.then(WaitFor(go_on), "Yes.")
    response = await ask(client, conversation=conversation.id, background=True)
    assert response.status == "queued"
    assert (await client.responses.retrieve(response.id)).status in ("queued", "in_progress")
    go_on.set()
    response = await ended(client, response)
    assert (response.status, response.output_text) == ("completed", "Yes.")
    assert len(await stored(client, conversation.id)) == 2


async def test_it_can_be_cancelled_and_unlocks_its_conversation(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then("Well", WaitFor(asyncio.Event()))
    response = await ask(client, conversation=conversation.id, background=True)
    cancelled = await client.responses.cancel(response.id)
    assert cancelled.status == "cancelled"
    assert (await client.responses.retrieve(response.id)).status == "cancelled"
    assert await stored(client, conversation.id) == []
    await ask(client, conversation=conversation.id)


async def test_others_cannot_be_cancelled(client: AsyncOpenAI) -> None:
    response = await ask(client)
    with pytest.raises(BadRequestError, match="synchronous"):
        await client.responses.cancel(response.id)


async def test_its_stream_is_taken_up_again_where_it_was_lost(
    client: AsyncOpenAI, server: OpenAIPlayground, brain: ScriptedBrain
) -> None:
    server.manners.goes_on_alone = False
    go_on = asyncio.Event()
    brain.then("Well", WaitFor(go_on), "Yes.")
    async with await stream(client, background=True) as begun:
        first = [await anext(begun) for _ in range(4)]
    assert first[0].type == "response.created"
    # A round trip on, the server has learnt that its first listener is gone.
    assert (await client.responses.retrieve(first[0].response.id)).status == "in_progress"
    go_on.set()

    again = await client.responses.retrieve(
        first[0].response.id, stream=True, starting_after=first[-1].sequence_number
    )
    assert isinstance(again, AsyncStream)
    rest = [event async for event in again]
    assert [e.sequence_number for e in rest] == list(range(4, 4 + len(rest)))
    assert rest[-1].type == "response.completed"
    assert rest[-1].response.output_text == "WellYes."


async def test_a_stream_that_never_was_cannot_be_taken_up(client: AsyncOpenAI) -> None:
    response = await ask(client, background=True)
    with pytest.raises(BadRequestError, match="stream=true"):
        await client.responses.retrieve(response.id, stream=True)
