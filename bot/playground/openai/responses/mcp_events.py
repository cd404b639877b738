"""The events of MCP servers' tools in a response: listing, approval requests, calls."""

import json
from collections.abc import AsyncIterator, Iterator

from bot.json_types import Json
from bot.playground.openai.items.items import new_id
from bot.playground.openai.responses.response_events import Writing, added, done
from bot.playground.openai.stand_in.brain import UseServer
from bot.playground.openai.tools.mcp_servers import Server, UnreachableError


def list_tools(writing: Writing, server: Server) -> Iterator[Json]:
    """Yield the events of a list of the tools of *server*."""
    item: Json = {"id": new_id("mcpl"), "type": "mcp_list_tools"}
    item |= {"server_label": server.label, "tools": [], "error": None}
    yield added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    for state in ("in_progress", "completed"):
        yield writing.event(f"response.mcp_list_tools.{state}", **place)
    item["tools"] = list(server.tools)
    yield done(writing, item)


async def use(writing: Writing, step: UseServer) -> AsyncIterator[Json]:
    """Yield the events of a call, or of the request to approve it."""
    server = next(one for one in writing.servers if one.label == step.server)
    if server.needs_approval(step.tool) and not step.approved:
        item = {"id": new_id("mcpr"), "type": "mcp_approval_request", **_call(step)}
        yield added(writing, item)
        yield done(writing, item)
        writing.awaits_approval = True
        return
    async for event in _carry_out(writing, step, server):
        yield event


async def _carry_out(writing: Writing, step: UseServer, server: Server) -> AsyncIterator[Json]:
    item: Json = {"id": new_id("mcp"), "type": "mcp_call", "status": "in_progress", **_call(step)}
    told, item["arguments"] = item["arguments"], ""
    item |= {"approval_request_id": step.approved, "output": None, "error": None}
    yield added(writing, item)
    place = {"item_id": item["id"], "output_index": len(writing.output) - 1}
    yield writing.event("response.mcp_call.in_progress", **place)
    yield writing.event("response.mcp_call_arguments.delta", **place, delta=told)
    yield writing.event("response.mcp_call_arguments.done", **place, arguments=told)
    item["arguments"] = told
    state = await _outcome(item, step.tool, server)
    yield writing.event(f"response.mcp_call.{state}", **place)
    yield done(writing, item, state)


async def _outcome(item: Json, tool: str, server: Server) -> str:
    """Write what the call comes to into *item*; return whether it is completed or failed."""
    try:
        said, failed = await server.call(tool, item["arguments"])
    except UnreachableError as error:
        item["error"] = {"type": "http_error", "code": 502, "message": str(error)}
        return "failed"
    if failed:
        content = [{"type": "text", "text": said}]
        item["error"] = {"type": "mcp_tool_execution_error", "content": content}
        return "failed"
    item["output"] = said
    return "completed"


def _call(step: UseServer) -> Json:
    told = step.arguments
    if not isinstance(told, str):
        told = json.dumps(dict(told), ensure_ascii=False, separators=(",", ":"))
    return {"server_label": step.server, "name": step.tool, "arguments": told}
