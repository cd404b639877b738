"""The tools that the model's side uses by itself, as a request names them."""

from typing import assert_never

from openai.types.responses import ToolParam
from openai.types.responses.tool_param import Mcp, McpRequireApproval

from bot.panel.tools import Approval, HostedTool, McpServer, ServerTool


def server_tool(tool: ServerTool) -> ToolParam:
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
        case _:
            assert_never(tool)


def _remote(server: McpServer) -> Mcp:
    named: Mcp = {
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


def _approval(server: McpServer) -> McpRequireApproval:
    match server.approval:
        case Approval():
            return server.approval.value
        case asking:  # whatever is not named asks nobody
            return {"always": {"tool_names": [*asking]}}
