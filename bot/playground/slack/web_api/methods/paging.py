"""Pages and cursors of the methods that return lists."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError

T = TypeVar("T")

_POSITION = re.compile(r"\d+(\.\d+)?")


def page(items: Sequence[T], args: Json, default: int) -> tuple[Sequence[T], str]:
    """Return a page of *items* and the cursor of the next one."""
    start = int(float(position_of(args, "from", "0")))
    following = start + limit_of(args, default)
    return items[start:following], cursor_to("from", following) if following < len(items) else ""


def limit_of(args: Json, default: int) -> int:
    """Return the page size."""
    return max(1, min(int(args.get("limit") or default), 1000))


def cursor_to(kind: str, position: object) -> str:
    """Return the cursor of the page that begins at *position*."""
    return b64encode(f"{kind}:{position}".encode()).decode()


def position_of(args: Json, kind: str, default: str) -> str:
    """Return the position at which the requested page begins."""
    if not args.get("cursor"):
        return default
    try:
        cursor = b64decode(args["cursor"], validate=True).decode()
    except ValueError:
        cursor = ""
    cursor_kind, _, position = cursor.partition(":")
    if cursor_kind != kind or not _POSITION.fullmatch(position):
        raise ApiError("invalid_cursor")
    return position


def paged(key: str, items: list[Any], cursor: str) -> Json:
    """Return a page's answer."""
    return {key: items, "response_metadata": {"next_cursor": cursor}}
