"""The ``mcp`` tools of a request: servers on this machine whose tools the model may use.

Only this machine's: the playground sends no requests to other hosts.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.errors import ApiError
from bot.playground.openai.stand_in.brain import Reply, UseServer

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_VERSION = "2025-06-18"
_ACCEPT = {"Accept": "application/json, text/event-stream"}
_FROM_URL = ("server_url", "connector_id", "tunnel_id")


class UnreachableError(Exception):
    """The server does not answer as a tool server does."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that the request offers."""

    label: str
    url: str
    headers: Mapping[str, str]
    asks_first: Any  # the request's ``require_approval``
    tools: tuple[Json, ...] = ()
    is_new: bool = False  # not listed in the conversation yet

    def needs_approval(self, tool: str) -> bool:
        """Whether a person has to approve a call of *tool*."""
        match self.asks_first:
            case "never":
                return False
            case {"never": {"tool_names": names}} if tool in names:
                return False
            case {"always": {"tool_names": names}}:
                return tool in names
            case _:
                return True

    async def call(self, tool: str, arguments: str) -> tuple[str, bool]:
        """Return what *tool* says, and whether that is an error."""
        async with _connected(self) as session:
            params = {"name": tool, "arguments": json.loads(arguments)}
            result = await _ask(session, self.url, "tools/call", params)
        said = "\n".join(part.get("text", "") for part in result.get("content") or ())
        return said, bool(result.get("isError"))


def check(tool: Json, where: str) -> None:
    """Raise unless *tool* names a server."""
    if not tool.get("server_label"):
        raise errors.missing(f"{where}.server_label")
    if not any(tool.get(name) for name in _FROM_URL):
        raise errors.missing(f"{where}.server_url")


async def offered(body: Json, known: Iterable[Json]) -> tuple[Server, ...]:
    """Return the servers of a request, each with its tools: as listed in the items *known*."""
    listed = {item["server_label"]: item["tools"] for item in known if _is_listing(item)}
    wanted = [tool for tool in body.get("tools") or () if _is_server(tool)]
    return tuple([await _offered(tool, listed.get(tool["server_label"])) for tool in wanted])


def approved(seen: Iterable[Json], new: Iterable[Json]) -> Reply:
    """Return the calls that the *new* items approve, of those asked for in what is *seen*."""
    asked = {item["id"]: item for item in seen if item["type"] == "mcp_approval_request"}
    answers = [item for item in new if item["type"] == "mcp_approval_response"]
    wanted = [asked[answer["approval_request_id"]] for answer in answers if answer["approve"]]
    return [
        UseServer(one["server_label"], one["name"], one["arguments"], one["id"]) for one in wanted
    ]


async def _offered(tool: Json, listed: Sequence[Json] | None) -> Server:
    server = Server(
        label=tool["server_label"],
        url=tool.get("server_url") or "",
        headers=_headers(tool),
        asks_first=tool.get("require_approval") or "always",
        is_new=listed is None,
    )
    if listed is None:
        try:
            listed = await _list(server)
        except UnreachableError as error:
            text = f"Error retrieving tool list from MCP server: '{server.label}'. {error}"
            kind = "external_connector_error"
            raise ApiError(text, status=424, code="http_error", param="tools", kind=kind) from None
    allowed = _allowed(tool.get("allowed_tools"))
    fitting = [one for one in listed if allowed is None or one["name"] in allowed]
    return replace(server, tools=tuple(fitting))


async def _list(server: Server) -> Sequence[Json]:
    async with _connected(server) as session:
        result = await _ask(session, server.url, "tools/list", {})
    return [
        {
            "name": tool["name"],
            "description": tool.get("description"),
            "input_schema": tool["inputSchema"],
            "annotations": tool.get("annotations"),
        }
        for tool in result["tools"]
    ]


@asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session with *server* that has been initialized."""
    if urlsplit(server.url).hostname not in _HERE:
        raise UnreachableError("The playground does not call out.")
    me = {"name": "playground model", "version": "1"}
    params = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": me}
    async with aiohttp.ClientSession(headers={**_ACCEPT, **server.headers}) as session:
        await _ask(session, server.url, "initialize", params)
        await _tell(session, server.url, "notifications/initialized")
        yield session


async def _ask(session: aiohttp.ClientSession, url: str, method: str, params: Json) -> Json:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        async with session.post(url, json=message) as response:
            if response.status != 200:
                raise UnreachableError(f"Http status code: {response.status}.")
            answer = await response.json()
    except (aiohttp.ClientError, ValueError) as error:
        raise UnreachableError(type(error).__name__) from None
    if "error" in answer:
        raise UnreachableError(str(answer["error"].get("message")))
    return dict(answer["result"])


async def _tell(session: aiohttp.ClientSession, url: str, method: str) -> None:
    async with session.post(url, json={"jsonrpc": "2.0", "method": method}):
        pass


def _is_server(tool: Json) -> bool:
    return bool(tool["type"] == "mcp")


def _is_listing(item: Json) -> bool:
    return bool(item["type"] == "mcp_list_tools")


def _headers(tool: Json) -> Mapping[str, str]:
    bearer = tool.get("authorization")
    given = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return {**(tool.get("headers") or {}), **given}


def _allowed(given: Any) -> Sequence[str] | None:
    """Return the names of the tools that may be used; None: all of them."""
    match given:
        case {"tool_names": list(names)} | list(names):
            return list(names)
        case _:
            return None
