"""A server that speaks the Model Context Protocol over streamable HTTP, as little as is needed.

Answers are plain JSON, which the protocol allows in place of a stream; nobody is remembered.
"""

import asyncio
from typing import Any

from aiohttp import web

from bot.json_types import Json
from bot.playground.loopback import LoopbackServer
from bot.playground.mcp.tools import RemoteTool, Shop

VERSION = "2025-06-18"
_NO_METHOD, _BAD_PARAMETERS = -32601, -32602


class McpPlayground(LoopbackServer):
    """``async with McpPlayground() as mcp``: tools at ``mcp.url``; *token* opens them, if given.

    Tools answer only while ``answering`` is set, as it is in the beginning.
    """

    def __init__(self, port: int = 0, *, token: str = "") -> None:
        self.shop = Shop()
        self.calls: list[tuple[str, Json]] = []  # which tools were called, and with what
        self.answering = asyncio.Event()
        self.answering.set()
        self._token = token
        app = web.Application()
        app.router.add_post("/mcp", self._post)
        super().__init__(app, port)

    @property
    def url(self) -> str:
        """Where the tools are called."""
        return f"{super().url}/mcp"

    async def _post(self, request: web.Request) -> web.Response:
        if self._token and request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.Response(status=401)
        message = await request.json()
        if "id" not in message:  # a notification
            return web.Response(status=202)
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        answer |= self._answer(message["method"], message.get("params"))
        if message["method"] == "tools/call":
            await self.answering.wait()
        return web.json_response(answer)

    def _answer(self, method: str, params: Any) -> Json:
        match method:
            case "initialize":
                return _result(
                    protocolVersion=VERSION,
                    capabilities={"tools": {}},
                    serverInfo={"name": "playground", "version": "1"},
                )
            case "tools/list":
                return _result(tools=[tool.shown() for tool in self.shop.tools()])
            case "tools/call":
                return self._call(params["name"], params.get("arguments") or {})
            case _:
                return _error(_NO_METHOD, f"Method not found: {method}")

    def _call(self, name: str, arguments: Json) -> Json:
        tool = next((tool for tool in self.shop.tools() if tool.name == name), None)
        if tool is None:
            return _error(_BAD_PARAMETERS, f"Unknown tool: {name}")
        self.calls.append((name, arguments))
        said, failed = _done(tool, arguments)
        return _result(content=[{"type": "text", "text": said}], isError=failed)


def _done(tool: RemoteTool, arguments: Json) -> tuple[str, bool]:
    missing = [name for name in tool.parameters if not isinstance(arguments.get(name), str)]
    if missing:
        return f"Missing: {', '.join(missing)}.", True
    return tool.deed(arguments), False


def _result(**result: Any) -> Json:
    return {"result": result}


def _error(code: int, message: str) -> Json:
    return {"error": {"code": code, "message": message}}
