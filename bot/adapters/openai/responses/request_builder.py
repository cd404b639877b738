"""A prompt as the arguments of ``responses.create``."""

import hashlib
from collections.abc import Iterator
from typing import Any

from bot.adapters.openai.items import function_tool, to_api
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.json_types import Json
from bot.panel.language_model.exchange import Prompt
from bot.panel.tools import Approval, HostedTool, McpServer, ServerTool

_CHARACTERS = 4  # in a token


class RequestBuilder:
    """Builds requests within the server's limits; *salt* goes into the hash of who asks.

    From *compact* tokens on the server summarizes what a conversation holds; 0: it never does.
    """

    def __init__(self, salt: str, limits: ServerLimits, compact: int = 0) -> None:
        self._salt = salt
        self._compact = compact
        self.limits = limits

    def build(
        self,
        prompt: Prompt,
        *before: Json,
        without: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """Return the request; *before* comes before the prompt's own items.

        It lacks the optional fields that the server refuses, and those in *without*.
        """
        given, prompt = prompt, self.limits.offered(prompt)
        room = 0 if prompt is given else len(prompt.instructions)  # for who is on a large panel
        without |= self.limits.refused(prompt.model)
        request: dict[str, Any] = {
            "conversation": prompt.conversation,
            "model": prompt.model,
            "instructions": prompt.instructions + prompt.addendum,
            "input": [*before, *map(to_api, prompt.items)],
            "stream": True,
            **self._context(without, room // _CHARACTERS),
        }
        if effort := self.limits.effort(prompt):
            request["reasoning"] = {"effort": effort}
        if tools := _tools(prompt, without):  # also where they may not be called: for the cache
            request |= tools
        if prompt.most_output:
            request["max_output_tokens"] = prompt.most_output
        if prompt.cache_key:
            request["prompt_cache_key"] = prompt.cache_key
        if prompt.user:
            salted = f"{self._salt}/{prompt.user}".encode()
            request["safety_identifier"] = hashlib.sha256(salted).hexdigest()
        return {name: value for name, value in request.items() if name not in without}

    def _context(self, without: frozenset[str], room: int) -> dict[str, Any]:
        if self._compact and "context_management" not in without:
            limit = {"type": "compaction", "compact_threshold": self._compact + room}
            return {"context_management": [limit]}
        return {"truncation": "auto"}  # forget the oldest: better than no answer


def _tools(prompt: Prompt, without: frozenset[str]) -> dict[str, Any]:
    is_strict = "strict" not in without
    tools: list[Json] = [
        *(function_tool(tool, is_strict=is_strict) for tool in prompt.tools),
        *_searches(prompt),
        *map(server_tool, prompt.server_tools),
    ]
    if not tools:
        return {}
    given: dict[str, Any] = {"tools": tools, "parallel_tool_calls": True}
    given["tool_choice"] = "auto" if prompt.may_call else "none"
    if prompt.collections:
        given["include"] = ["file_search_call.results"]  # for whoever reads the sources later
        if prompt.must_search:
            given["tool_choice"] = {"type": "file_search"}
    return given


def _searches(prompt: Prompt) -> Iterator[Json]:
    if prompt.collections:
        yield {"type": "file_search", "vector_store_ids": [*prompt.collections]}


def server_tool(tool: ServerTool) -> Json:
    """Return *tool* as a request names it."""
    match tool:
        case HostedTool.WEB_SEARCH:
            return {"type": "web_search"}
        case HostedTool.CODE_INTERPRETER:
            return {"type": "code_interpreter", "container": {"type": "auto"}}
        case HostedTool.IMAGE_GENERATION:
            return {"type": "image_generation"}
        case McpServer():
            return _remote(tool)


def _remote(server: McpServer) -> Json:
    named: Json = {
        "type": "mcp",
        "server_label": server.label,
        "server_url": server.url,
        "server_description": server.purpose,
        "require_approval": _approval(server),
    }
    if server.allowed:
        named["allowed_tools"] = [*server.allowed]
    if server.authorization:
        named["authorization"] = server.authorization
    if server.headers:
        named["headers"] = {**server.headers}
    return named


def _approval(server: McpServer) -> str | Json:
    match server.approval:
        case Approval():
            return server.approval.value
        case asking:  # whatever is not named asks nobody
            return {"always": {"tool_names": [*asking]}}
