from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground.mcp.server import McpPlayground


@pytest.fixture
async def server() -> AsyncIterator[McpPlayground]:
    async with McpPlayground() as playground:
        yield playground


async def rpc(server: McpPlayground, method: str, **params: Any) -> Any:
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    async with aiohttp.ClientSession() as session, session.post(server.url, json=message) as got:
        answer = await got.json()
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 7)
    return answer.get("result") or answer["error"]


async def test_it_introduces_itself_and_its_tools(server: McpPlayground) -> None:
    introduced = await rpc(server, "initialize", protocolVersion="2025-06-18")
    assert introduced["capabilities"] == {"tools": {}}
    tools = (await rpc(server, "tools/list"))["tools"]
    assert [(t["name"], t["annotations"]["readOnlyHint"]) for t in tools] == [
        ("look_up_price", True),
        ("open_ticket", False),
    ]
    assert tools[0]["inputSchema"]["required"] == ["plan"]


async def test_its_tools_do_what_they_say(server: McpPlayground) -> None:
    said = await rpc(server, "tools/call", name="look_up_price", arguments={"plan": "Team plan"})
    assert said == {"content": [{"type": "text", "text": "team: 49 a month"}], "isError": False}
    ticket = {"title": "Broken", "details": "All of it."}
    await rpc(server, "tools/call", name="open_ticket", arguments=ticket)
    assert server.shop.tickets == [ticket]
    assert [name for name, _ in server.calls] == ["look_up_price", "open_ticket"]


async def test_a_call_that_lacks_something_fails_and_a_strange_one_is_refused(
    server: McpPlayground,
) -> None:
    failed = await rpc(server, "tools/call", name="open_ticket", arguments={"title": "Broken"})
    assert failed["isError"]
    assert failed["content"][0]["text"] == "Missing: details."
    assert (await rpc(server, "tools/call", name="launch"))["code"] == -32602
    assert (await rpc(server, "resources/list"))["code"] == -32601


async def test_with_a_token_it_serves_only_those_who_have_it() -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    async with McpPlayground(token="key") as server, aiohttp.ClientSession() as session:
        for given, status in (("key", 202), ("none", 401)):
            headers = {"Authorization": f"Bearer {given}"}
            async with session.post(server.url, json=message, headers=headers) as answer:
                assert answer.status == status
