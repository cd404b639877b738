"""The model side's tools: which an item uses, and which failed while a response was written.

It goes on without them, and its items tell of them.
"""

import re
from collections.abc import Iterable, Mapping

from bot.adapters.openai.reading.items import kind_of
from bot.adapters.openai.reading.sent import Sent
from bot.panel.tools import FILE_SEARCH, HostedTool

_OWN = {
    "web_search_call": HostedTool.WEB_SEARCH.value,
    "code_interpreter_call": HostedTool.CODE_INTERPRETER.value,
    "image_generation_call": HostedTool.IMAGE_GENERATION.value,
    "file_search_call": FILE_SEARCH,
}
# Of the kinds of structured errors, those with which the server itself has answered.
_ANSWERED = frozenset({"mcp_tool_execution_error", "mcp_protocol_error"})
_AWAY = re.compile(
    r"time(d)? ?out|unreachable|connect|network|failed dependency|unhandled errors"
    r"|\b(40[134]|424|429|5\d\d)\b",
    re.IGNORECASE,
)


def tool_of(item: Sent) -> str:
    """Return the tool that an item uses: an MCP server's label, or a name; empty: none."""
    match kind_of(item):
        case "mcp_list_tools" | "mcp_call":
            return item.optional_text("server_label")
        case kind:
            return _OWN.get(kind, "")


def failed_in(items: Iterable[Sent]) -> tuple[str, ...]:
    """Return the tools of which every use failed, or whose server did not list its own tools.

    A remote tool that reports an error of its own has worked: the model reads what it says.
    """
    failed: dict[str, bool] = {}
    for item in items:
        tool = tool_of(item)
        match kind_of(item):
            case "mcp_list_tools" if item.raw("error"):
                failed[tool] = True
            case "mcp_list_tools":
                pass
            case "mcp_call":
                failed[tool] = _is_away(item.raw("error")) and failed.get(tool, True)
            case _:
                is_failed = item.optional_text("status") in ("failed", "incomplete")
                failed[tool] = is_failed and failed.get(tool, True)
    return tuple(tool for tool, is_failed in failed.items() if tool and is_failed)


def _is_away(error: object) -> bool:
    match error:
        case Mapping():
            return error.get("type") not in _ANSWERED
        case str():
            return bool(_AWAY.search(error))
        case _:
            return False
