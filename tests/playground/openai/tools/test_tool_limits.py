"""What OpenAI refuses of tools, the playground refuses in the same words."""

from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError

from bot.adapters.openai.server.client import connect
from bot.playground.openai.server import OpenAIPlayground
from tests.playground.openai.asking import MODEL, ask, tool


def choosing(*names: str) -> Any:
    properties = {"expert": {"type": "string", "enum": list(names)}}
    made = tool("consult")
    schema = {**made["parameters"], "properties": properties, "required": ["expert"]}  # type: ignore[dict-item]
    return {**made, "parameters": schema}


@pytest.mark.parametrize(
    ("tools", "says"),
    [
        (
            [tool(f"consult_{n}") for n in range(141)],
            "'tools': array too long. Expected an array with maximum length 128, but got an ar",
        ),
        (
            [tool("consult_a", "x" * 1_025)],
            "'tools[0].description': string too long. Expected a string with maximum length 1024",
        ),
        ([choosing(*map(str, range(1_001)))], "at most 1000 enum values in total"),
        ([choosing(*(f"{n:060}" for n in range(251)))], "at most 15000 characters in an enum"),
        ([tool("consult a")], "Invalid 'tools[0].name'"),
        ([tool("c" * 129)], "string too long"),
    ],
)
async def test_a_request_with_more_than_openai_takes_is_refused(
    client: AsyncOpenAI, tools: list[Any], says: str
) -> None:
    with pytest.raises(BadRequestError) as refused:
        await ask(client, tools=tools)
    assert says in str(refused.value)


async def test_what_is_just_within_the_limits_is_taken(client: AsyncOpenAI) -> None:
    fits = [tool(f"consult_{n}", "x" * 1_024) for n in range(127)]
    await ask(client, tools=[*fits, choosing(*(f"{n:015}" for n in range(1_000)))])


@pytest.mark.parametrize(
    ("path", "body", "tools", "says"),
    [
        ("/assistants", {"model": MODEL}, 129, "maximum length 128"),
        ("/assistants", {"model": MODEL, "instructions": "x" * 256_001}, 0, "length 256000"),
        ("/assistants", {"model": MODEL, "name": "x" * 257}, 0, "maximum length 256"),
        ("/threads/{thread}/runs", {"assistant_id": "asst_1"}, 21, "maximum length 20"),
    ],
)
async def test_assistants_and_their_runs_have_limits_of_their_own(
    path: str, body: dict[str, Any], tools: int, says: str
) -> None:
    async with (
        OpenAIPlayground(assistants=True) as server,
        connect(server.api_key, server.base_url) as client,
    ):
        thread: Any = await client.post("/threads", body={}, cast_to=object)
        given = {**body, "tools": [_nested(number) for number in range(tools)]}
        with pytest.raises(BadRequestError, match=says):
            await client.post(path.format(thread=thread["id"]), body=given, cast_to=object)


def _nested(number: int) -> dict[str, Any]:
    made = tool(f"consult_{number}")
    return {"type": "function", "function": {k: v for k, v in made.items() if k != "type"}}
