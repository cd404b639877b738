"""MCP servers that failed while a response was written: it goes on, and its items tell of them."""

import re
from collections.abc import Iterable, Mapping

from bot.adapters.openai.reading.items import kind_of
from bot.adapters.openai.reading.sent import Sent

# Of the kinds of structured errors, those with which the server itself has answered.
_ANSWERED = frozenset({"mcp_tool_execution_error", "mcp_protocol_error"})
_AWAY = re.compile(
    r"time(d)? ?out|unreachable|connect|network|failed dependency|unhandled errors"
    r"|\b(40[134]|424|429|5\d\d)\b",
    re.IGNORECASE,
)


def servers_in(items: Iterable[Sent]) -> tuple[str, ...]:
    """Return the labels of servers that did not list their tools, or of which every call failed.

    A tool that reports an error of its own has worked: the model reads what it says.
    """
    failed: dict[str, bool] = {}
    for item in items:
        match kind_of(item):
            case "mcp_list_tools" if item.raw("error"):
                failed[item.optional_text("server_label")] = True
            case "mcp_call":
                label, is_failed = item.optional_text("server_label"), _is_away(item.raw("error"))
                failed[label] = is_failed and failed.get(label, True)
            case _:
                pass
    return tuple(label for label, is_failed in failed.items() if label and is_failed)


def _is_away(error: object) -> bool:
    match error:
        case Mapping():
            return error.get("type") not in _ANSWERED
        case str():
            return bool(_AWAY.search(error))
        case _:
            return False
