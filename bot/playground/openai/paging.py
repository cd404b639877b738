"""Lists, a page at a time."""

from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest

_DEFAULT_LIMIT, _MOST = 20, 100


def page(
    items: Sequence[Json], request: ApiRequest, *, default: int = _DEFAULT_LIMIT, most: int = _MOST
) -> Json:
    """Return the page of *items* (oldest first) that is asked for: newest first by default."""
    limit = request.number("limit", default)
    if not 1 <= limit <= most:
        raise errors.ApiError(f"Expected a limit from 1 to {most}.", param="limit")
    order = request.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise errors.wrong_value("order", order, "'asc', 'desc'")
    ordered = items if order == "asc" else items[::-1]
    if after := request.query.get("after"):
        place = next((n for n, item in enumerate(ordered) if item["id"] == after), None)
        if place is None:
            raise errors.not_found("Item", after)
        ordered = ordered[place + 1 :]
    return listed(ordered[:limit], has_more=len(ordered) > limit)


def listed(items: Sequence[Json], *, has_more: bool = False) -> Json:
    """Return a list as the API shows it."""
    return {
        "object": "list",
        "data": items,
        "has_more": has_more,
        "first_id": items[0]["id"] if items else "",
        "last_id": items[-1]["id"] if items else "",
    }
