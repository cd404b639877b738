"""The language model on OpenAI's Conversations and Responses: the default backend."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import ParamSpec, TypeVar

from bot.adapters.openai import absence, errors, made_files
from bot.adapters.openai.backend_ids import OWN, THREAD, refuse
from bot.adapters.openai.items import to_api
from bot.adapters.openai.labels import pack, unpack
from bot.adapters.openai.leaks.filtered_stream import filtered
from bot.adapters.openai.reading.items import read_items
from bot.adapters.openai.reading.sent import Sent, pages
from bot.adapters.openai.responses import history, streaming
from bot.adapters.openai.responses.response_start import ResponseStart
from bot.adapters.openai.responses.responses_model import ResponsesModel
from bot.adapters.openai.retries import RequestSender, RetryDelays
from bot.adapters.openai.server.client import Client
from bot.panel.errors import ConversationGone, ModelUnavailable
from bot.panel.language_model.exchange import Item, ModelEvent, Prompt, StoredItem, UserSaid
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId
from bot.panel.retries import Retries

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_MOST_ITEMS = 20  # in one call that appends
_DELETED_AT_ONCE = 8
_FOREIGN = (OWN, THREAD)  # how the ids of other backends begin


class ConversationsModel(ResponsesModel):
    """Each conversation is one of OpenAI's; *former* where another backend is in use now."""

    def __init__(
        self,
        client: Client,
        *,
        salt: str,
        compact: int = 0,
        delays: RetryDelays | None = None,
        former: bool = False,
    ) -> None:
        super().__init__(client, salt, compact, delays)
        self._send = RequestSender(self._delays)
        endpoint = absence.Endpoint(
            absence.CONVERSATION,
            self._api.conversation,
            self._api.open,
            self._api.delete,
            client.models.list,
        )
        self._known = absence.Conversations(endpoint, self._send, former=former).known

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        refuse(_FOREIGN, prompt.conversation)
        start = ResponseStart(self._api, self._requests, self._delays, prompt)
        async with (
            self._known(prompt.conversation),
            errors.translated(),
            errors.opened(await start.stream()) as stream,
            aclosing(filtered(streaming.events(aiter(stream)), prompt, self._thinking)) as events,
        ):
            async for event in events:
                yield event

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            for start in range(0, len(items), _MOST_ITEMS):
                batch = [to_api(item) for item in items[start : start + _MOST_ITEMS]]
                await self._send(self._api.add, conversation, batch)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            newest = await self._send(history.newest, self._api, conversation)
            if repeated := list(filter(None, history.repeated(newest, ref))):
                log.warning("conversation.repeated", extra={"id": conversation})
                for item in repeated:
                    await self._delete_item(conversation, item)
                newest = await self._send(history.newest, self._api, conversation)
        return history.since(newest, ref)

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            async for page in pages(partial(self._send, self._api.items, conversation)):
                for item in reversed(read_items(reversed(page))):
                    yield item

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        refuse(_FOREIGN, conversation)
        return await made_files.read(self._client, conversation, file, most)

    async def is_whole(self, response: str) -> bool:
        polls = Retries(self._delays.while_locked)
        while True:
            try:
                refuse(_FOREIGN, response)
                stored = await self._send(self._api.response, response)
            except (ConversationGone, errors.NotFound):
                return False  # at worst it is asked for again
            status = Sent(stored, "response").optional_text("status")
            if status not in ("queued", "in_progress"):
                return status in ("completed", "incomplete")
            if not await polls.wait():
                raise ModelUnavailable("the response is still being written")

    async def open(self, labels: Labels) -> ConversationId:
        opened = await self._send(self._api.open, pack(labels))
        return ConversationId(Sent(opened, "conversation").needed_text("id"))

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            await self._send(self._api.update, conversation, pack(labels))

    async def labels(self, conversation: ConversationId) -> Labels | None:
        try:
            refuse(_FOREIGN, conversation)
            async with self._known(conversation):
                stored = await self._send(self._api.conversation, conversation)
        except ConversationGone:
            return None
        return unpack(Sent(stored, "conversation").texts("metadata"))

    async def delete(self, conversation: ConversationId) -> int | None:
        deleted: set[str] = set()
        try:
            refuse(_FOREIGN, conversation)
            async with self._known(conversation):
                await self._delete(conversation, deleted)
        except ConversationGone:
            return len(deleted) or None
        return len(deleted)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        refuse(_FOREIGN, conversation)
        found = list[str]()
        async with self._known(conversation):
            async for page in pages(partial(self._send, self._api.items, conversation)):
                for item in page:
                    said = [one.text for one in read_items([item]) if isinstance(one, UserSaid)]
                    found += [item.needed_text("id")] if any(map(wanted, said)) else []
            for id_ in found:
                await self._delete_item(conversation, id_)
        return len(found)

    async def _delete(self, conversation: ConversationId, deleted: set[str]) -> None:
        """Delete *conversation* after its items, which would outlive it; adds them to *deleted*."""
        while left := await self._left(conversation, deleted):
            deleting = [self._delete_item(conversation, item) for item in left]
            for error in filter(None, await asyncio.gather(*deleting, return_exceptions=True)):
                raise error
            deleted |= left
        await self._send(self._api.delete, conversation)

    def is_current(self, conversation: ConversationId) -> bool:
        return not conversation.startswith(_FOREIGN)

    async def _left(self, conversation: ConversationId, deleted: set[str]) -> set[str]:
        page = await self._send(self._api.items, conversation, limit=_DELETED_AT_ONCE)
        items = Sent(page, "page").parts("data")
        ids = {id_ for item in items if (id_ := item.optional_text("id"))}
        if ids & deleted:
            raise ModelUnavailable("the server still lists what it has deleted")
        return ids

    async def _delete_item(self, conversation: ConversationId, item: str) -> None:
        with suppress(errors.NotFound):  # if it is not gone, it is listed again
            await self._send(self._api.delete_item, conversation, item)
