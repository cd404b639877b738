"""``/v1/conversations`` and their items."""

from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.conversations.store import Conversation, Store, checked_metadata
from bot.playground.openai.fields import check_fields
from bot.playground.openai.items.items import shown
from bot.playground.openai.paging import listed, page


class Conversations:
    """Answers requests about conversations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/conversations/{conversation}"
        items = f"{one}/items"
        return {
            "POST /v1/conversations": self._create,
            f"GET {one}": self._retrieve,
            f"POST {one}": self._update,
            f"DELETE {one}": self._delete,
            f"POST {items}": self._create_items,
            f"GET {items}": self._list_items,
            f"GET {items}/{{item}}": self._retrieve_item,
            f"DELETE {items}/{{item}}": self._delete_item,
        }

    async def _create(self, request: ApiRequest) -> Json:
        check_fields("conversation", request.body)
        return self._store.open(request.body.get("metadata"), request.body.get("items")).shown()

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self._of(request).shown()

    async def _update(self, request: ApiRequest) -> Json:
        """Replace the metadata as a whole, or merge the new ones into them."""
        found = self._of(request)
        check_fields("conversation update", request.body)
        if "metadata" not in request.body:
            raise errors.missing("metadata")
        new = checked_metadata(request.body["metadata"])
        merges = self._store.manners.metadata_updates == "merge"
        found.metadata = checked_metadata(found.metadata | new) if merges else new
        return found.shown()

    async def _delete(self, request: ApiRequest) -> Json:
        found = self._of(request)
        del self._store.conversations[found.id]
        return {"id": found.id, "object": "conversation.deleted", "deleted": True}

    async def _create_items(self, request: ApiRequest) -> Json:
        found = self._changing(request)
        check_fields("items", request.body)
        if "items" not in request.body:
            raise errors.missing("items")
        return listed(found.add(request.body["items"]))

    async def _list_items(self, request: ApiRequest) -> Json:
        return page([shown(item, request.include) for item in self._of(request).items], request)

    async def _retrieve_item(self, request: ApiRequest) -> Json:
        return shown(self._item(request)[1], request.include)

    async def _delete_item(self, request: ApiRequest) -> Json:
        self._changing(request)
        conversation, item = self._item(request)
        conversation.items.remove(item)
        return conversation.shown()

    def _of(self, request: ApiRequest) -> Conversation:
        return self._store.conversation(request.ids["conversation"])

    def _changing(self, request: ApiRequest) -> Conversation:
        """Return the conversation whose items are to change, if they may now."""
        conversation, manners = self._of(request), self._store.manners
        if conversation.locked_by and manners.locks and manners.locks_items:
            raise errors.locked()
        return conversation

    def _item(self, request: ApiRequest) -> tuple[Conversation, Json]:
        conversation, wanted = self._of(request), request.ids["item"]
        for item in conversation.items:
            if item["id"] == wanted:
                return conversation, item
        raise errors.not_found("Item", wanted)
