"""Short ways to ask for what many tests ask for."""

from collections.abc import AsyncIterator
from typing import Any

from openai import AsyncOpenAI, AsyncStream
from openai.types.conversations import ConversationItem
from openai.types.responses import FunctionToolParam, Response, ResponseStreamEvent

MODEL = "gpt-6-luna"
QUIET: dict[str, Any] = {"model": MODEL, "reasoning": {"effort": "none"}}


def tool(name: str, description: str = "") -> FunctionToolParam:
    """Return a tool such as the router's."""
    return {
        "type": "function",
        "name": name,
        "description": description,
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "brief": {"type": "string"}},
            "required": ["reason", "brief"],
            "additionalProperties": False,
        },
    }


def output(call_id: str, text: str = "Done.") -> dict[str, str]:
    """Return the output of a call."""
    return {"type": "function_call_output", "call_id": call_id, "output": text}


async def ask(client: AsyncOpenAI, said: Any = "Hi", **more: Any) -> Response:
    """Ask for a response, as a whole."""
    response = await client.responses.create(**{**QUIET, "input": said, **more})
    assert isinstance(response, Response)
    return response


async def stream(
    client: AsyncOpenAI, said: Any = "Hi", **more: Any
) -> AsyncStream[ResponseStreamEvent]:
    """Ask for a response, as a stream."""
    begun = await client.responses.create(**{**QUIET, "input": said, "stream": True, **more})
    assert isinstance(begun, AsyncStream)
    return begun


async def events(
    client: AsyncOpenAI, said: Any = "Hi", **more: Any
) -> AsyncIterator[ResponseStreamEvent]:
    """Yield the events of a response."""
    async with await stream(client, said, **more) as begun:
        async for event in begun:
            yield event


async def types(client: AsyncOpenAI, said: Any = "Hi", **more: Any) -> list[str]:
    """Return what kinds of events a response consists of."""
    return [event.type async for event in events(client, said, **more)]


async def stored(client: AsyncOpenAI, conversation: str) -> list[ConversationItem]:
    """Return what a conversation holds, oldest first."""
    listed = client.conversations.items.list(conversation, order="asc", limit=100)
    return [item async for item in listed]


async def kinds(client: AsyncOpenAI, conversation: str) -> list[str]:
    """Return what kinds of items a conversation holds, oldest first."""
    return [item.type for item in await stored(client, conversation)]
