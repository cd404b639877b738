"""Which of a request's MCP servers or vector stores a refusal is about.

Only names that stand in our own request count: a server may write anything into its errors.
"""

import json
import re
from collections.abc import Iterator

from bot.json_types import Json
from bot.panel.errors import ModelFault


def of_fault(fault: ModelFault, message: str, request: bytes | None) -> tuple[str, ...]:
    """Return the names in *request* that *message* is about."""
    match fault:
        case ModelFault.TOOL_SERVER:
            names = [str(tool["server_label"]) for tool in _tools(request, "mcp")]
        case ModelFault.DOCUMENTS:
            searches = _tools(request, "file_search")
            names = [str(id_) for one in searches for id_ in one.get("vector_store_ids") or ()]
        case _:
            return ()
    return tuple(name for name in names if _is_in(name, message))


def _tools(request: bytes | None, kind: str) -> Iterator[Json]:
    try:
        body = json.loads(request or b"{}")
    except ValueError:
        return
    tools = body.get("tools") if isinstance(body, dict) else None
    yield from (tool for tool in tools or () if tool.get("type") == kind)


def _is_in(name: str, message: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message))
