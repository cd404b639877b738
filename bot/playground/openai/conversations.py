"""``/v1/conversations`` and their items."""

from collections.abc import Sequence

from aiohttp import web

from bot.playground.openai.state import ApiError, Conversation, Json, Store, check_metadata

_DEFAULT_LIMIT, _MOST = 20, 100


class Conversations:
    """Answers requests about conversations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, request: web.Request, body: Json) -> Json:
        """Start one."""
        return self._store.create(body.get("metadata"), body.get("items") or ()).shown()

    async def retrieve(self, request: web.Request, body: Json) -> Json:
        """Return one."""
        return self._of(request).shown()

    async def update(self, request: web.Request, body: Json) -> Json:
        """Replace the metadata of one."""
        found = self._of(request)
        found.metadata = check_metadata(body.get("metadata"))
        return found.shown()

    async def delete(self, request: web.Request, body: Json) -> Json:
        """Delete one; its items stay, as OpenAI says."""
        found = self._of(request)
        del self._store.conversations[found.id]
        return {"id": found.id, "object": "conversation.deleted", "deleted": True}

    async def create_items(self, request: web.Request, body: Json) -> Json:
        """Add items."""
        stored = self._store.add(self._of(request), body.get("items") or ())
        return _listed(stored, has_more=False)

    async def list_items(self, request: web.Request, body: Json) -> Json:
        """Return items, the newest first unless asked otherwise."""
        return page(self._of(request).items, request)

    async def retrieve_item(self, request: web.Request, body: Json) -> Json:
        """Return an item."""
        return self._item(request)[1]

    async def delete_item(self, request: web.Request, body: Json) -> Json:
        """Take an item away."""
        conversation, item = self._item(request)
        conversation.items.remove(item)
        return conversation.shown()

    def _of(self, request: web.Request) -> Conversation:
        return self._store.conversation(request.match_info["conversation"])

    def _item(self, request: web.Request) -> tuple[Conversation, Json]:
        conversation, wanted = self._of(request), request.match_info["item"]
        for item in conversation.items:
            if item["id"] == wanted:
                return conversation, item
        raise ApiError(f"Item with id '{wanted}' not found.", status=404)


def page(items: Sequence[Json], request: web.Request) -> Json:
    """Return the page of *items* that *request* asks for."""
    try:
        limit = int(request.query.get("limit", _DEFAULT_LIMIT))
    except ValueError:
        limit = 0
    if not 1 <= limit <= _MOST:
        raise ApiError(f"Expected a limit from 1 to {_MOST}.", param="limit")
    ordered = list(items)
    if request.query.get("order", "desc") == "desc":
        ordered.reverse()
    if after := request.query.get("after"):
        ids = [item["id"] for item in ordered]
        if after not in ids:
            raise ApiError(f"Item with id '{after}' not found.", status=404)
        ordered = ordered[ids.index(after) + 1 :]
    return _listed(ordered[:limit], has_more=len(ordered) > limit)


def _listed(items: Sequence[Json], *, has_more: bool) -> Json:
    return {
        "object": "list",
        "data": list(items),
        "has_more": has_more,
        "first_id": items[0]["id"] if items else "",
        "last_id": items[-1]["id"] if items else "",
    }
