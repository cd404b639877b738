"""``/v1/conversations`` and their items."""

from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.paging import listed, page
from bot.playground.openai.responses import requests
from bot.playground.openai.responses.items import shown
from bot.playground.openai.routes import Asked, Handler
from bot.playground.openai.state import Conversation, Store, checked_metadata


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

    async def _create(self, asked: Asked) -> Json:
        requests.check_fields("conversation", asked.body)
        return self._store.open(asked.body.get("metadata"), asked.body.get("items")).shown()

    async def _retrieve(self, asked: Asked) -> Json:
        return self._of(asked).shown()

    async def _update(self, asked: Asked) -> Json:
        """Replace the metadata as a whole, or merge the new ones into them."""
        found = self._of(asked)
        requests.check_fields("conversation update", asked.body)
        if "metadata" not in asked.body:
            raise errors.missing("metadata")
        new = checked_metadata(asked.body["metadata"])
        merges = self._store.manners.metadata_updates == "merge"
        found.metadata = checked_metadata(found.metadata | new) if merges else new
        return found.shown()

    async def _delete(self, asked: Asked) -> Json:
        found = self._of(asked)
        del self._store.conversations[found.id]
        return {"id": found.id, "object": "conversation.deleted", "deleted": True}

    async def _create_items(self, asked: Asked) -> Json:
        found = self._of(asked)
        requests.check_fields("items", asked.body)
        if "items" not in asked.body:
            raise errors.missing("items")
        return listed(found.add(asked.body["items"]))

    async def _list_items(self, asked: Asked) -> Json:
        return page([shown(item, asked.include) for item in self._of(asked).items], asked)

    async def _retrieve_item(self, asked: Asked) -> Json:
        return shown(self._item(asked)[1], asked.include)

    async def _delete_item(self, asked: Asked) -> Json:
        conversation, item = self._item(asked)
        conversation.items.remove(item)
        return conversation.shown()

    def _of(self, asked: Asked) -> Conversation:
        return self._store.conversation(asked.ids["conversation"])

    def _item(self, asked: Asked) -> tuple[Conversation, Json]:
        conversation, wanted = self._of(asked), asked.ids["item"]
        for item in conversation.items:
            if item["id"] == wanted:
                return conversation, item
        raise errors.not_found("Item", wanted)
