"""The tools of assistants and their runs: validating them."""

from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.tools import request_tools, tool_limits

MOST_IN_RUN = 20  # says the OpenAPI document
_KINDS = ("code_interpreter", "file_search", "function")


def check(tools: list[Any], most: int = tool_limits.MOST_TOOLS) -> None:
    """Raise if there are more than *most* tools, or one is not as it should be."""
    tool_limits.check_number(tools, most)
    for number, tool in enumerate(tools):
        where = f"tools[{number}]"
        if not isinstance(tool, dict):
            raise errors.wrong_type(where, "an object")
        if (kind := tool.get("type")) not in _KINDS:
            raise errors.wrong_value(f"{where}.type", kind, ", ".join(map(repr, _KINDS)))
        if kind == "function":
            _check_function(tool.get("function"), f"{where}.function")


def _check_function(function: Any, where: str) -> None:
    if not isinstance(function, dict):
        raise errors.missing(where)
    given: Json = {"type": "function", **function}
    request_tools.check_function(given, where, longest_name=64)
