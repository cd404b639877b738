"""The language model on servers that know responses, but remember nothing: vLLM, Ollama, LocalAI.

1. Each request carries the whole conversation, which we keep ourselves, and asks the server to
   store nothing. Attached files go along with their own question only.
2. What was sent and what was written is added together, when the response has ended: a response
   that broke off has left nothing behind, and the prompt can be sent again as it is.
3. Within this process, responses of one conversation wait for each other. A worker that has
   lost its turn to another finds more in the conversation than it has read, and adds nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from weakref import WeakValueDictionary

from bot import runtime
from bot.adapters.openai import errors, made_files
from bot.adapters.openai.leaks.filtered_stream import filtered
from bot.adapters.openai.reading.call_ids import CallIds, OwnCallIds
from bot.adapters.openai.responses import streaming
from bot.adapters.openai.responses.compaction import Compaction
from bot.adapters.openai.responses.history_replay import aborted, replay, to_keep
from bot.adapters.openai.responses.response_start import StatelessStart
from bot.adapters.openai.responses.responses_model import ResponsesModel
from bot.adapters.openai.responses.summaries import History, Summaries
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import Client
from bot.adapters.openai.server.json_api import EventStream
from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, ModelUnavailable, Refused
from bot.panel.language_model.conversations.conversation_store import (
    PREFIX,
    ConversationStore,
    Remembered,
)
from bot.panel.language_model.exchange import (
    Begun,
    Item,
    ModelEvent,
    Prompt,
    Responded,
    StoredItem,
    ToolCalled,
    ToolUsed,
    UserSaid,
    as_kept,
)
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId
from bot.panel.texts import file_sentences

_PAGE = 100  # items that are read at once, and how far ``since`` looks back


class StatelessModel(ResponsesModel):
    """Each conversation is one of *store*'s."""

    def __init__(
        self,
        client: Client,
        store: ConversationStore,
        *,
        salt: str,
        compaction: Compaction | None = None,
        delays: RetryDelays | None = None,
    ) -> None:
        super().__init__(client, salt, 0, delays)
        self._store = store
        self._summaries = Summaries(
            self._api, store, compaction or Compaction(), self._delays, self._requests.limits
        )
        self._locks: WeakValueDictionary[ConversationId, asyncio.Lock] = WeakValueDictionary()

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        lock = self._locks.setdefault(prompt.conversation, asyncio.Lock())
        async with lock, aclosing(self._respond(prompt)) as events:
            async for event in events:
                yield event

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        known = await self._store.recall(conversation)
        if items:
            await self._add(conversation, items, known)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        items: list[Item] = []
        for item in await self._store.newest(conversation, _PAGE):
            if not isinstance(item, ToolUsed):
                items.append(item)
            if isinstance(item, UserSaid) and ref in item.text:
                return items[::-1]
        return None

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        count = 0
        while page := await self._store.newest(conversation, _PAGE, skip=count):
            for item in page:
                yield item
            count += len(page)

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        if not file.container:  # it came with a response that nobody has kept
            raise Refused(file_sentences.made_gone(file.name))
        return await made_files.read(self._client, conversation, file, most)

    async def is_whole(self, response: str) -> bool:
        conversation, _, token = response.partition("/")
        try:
            return await self._store.holds(ConversationId(conversation), token)
        except ConversationGone:
            return False

    async def open(self, labels: Labels) -> ConversationId:
        return await self._store.open(labels)

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._store.relabel(conversation, labels)

    async def labels(self, conversation: ConversationId) -> Labels | None:
        try:
            return await self._store.labels(conversation)
        except ConversationGone:
            return None

    async def delete(self, conversation: ConversationId) -> int | None:
        return await self._store.delete(conversation)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        return await self._store.remove(conversation, wanted)

    def is_current(self, conversation: ConversationId) -> bool:
        return conversation.startswith(PREFIX)

    async def _respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        while True:
            history, has_begun = await self._summaries.history(prompt), False
            try:
                async with aclosing(self._respond_after(history, prompt)) as events:
                    async for event in events:
                        has_begun = has_begun or not isinstance(event, Begun)
                        yield event
            except ModelRefused as error:
                is_too_long = error.fault is ModelFault.TOO_LONG and not has_begun
                if not (is_too_long and self._summaries.is_shorter_next(prompt, history, error)):
                    raise
            else:
                return

    async def _respond_after(
        self, history: History, prompt: Prompt
    ) -> AsyncGenerator[ModelEvent, None]:
        known = history.known
        new = [*aborted(known.items, prompt.items), *prompt.items]
        ids = OwnCallIds({i.call_id for i in (*known.items, *new) if isinstance(i, ToolCalled)})
        token, written, last = runtime.token(8), list[StoredItem](), Responded("")
        sent = (*replay(history.sent, new), *new)
        start = StatelessStart(self._api, self._requests, self._delays, replace(prompt, items=sent))
        async with (
            errors.translated(),
            errors.opened(await start.stream()) as stream,
            aclosing(self._read(stream, prompt, ids, written)) as events,
        ):
            async for event in events:
                match event:
                    case Begun():
                        yield Begun(f"{prompt.conversation}/{token}")
                    case Responded():
                        last = event
                    case _:
                        yield event
        kept = [*new, *(to_keep(item, prompt) for item in written)]
        await self._add(prompt.conversation, kept, known, token)
        self._summaries.learn_read(prompt, history, last.usage)
        yield replace(last, usage=last.usage + history.usage)

    def _read(
        self, stream: EventStream, prompt: Prompt, ids: CallIds, written: list[StoredItem]
    ) -> AsyncGenerator[ModelEvent, None]:
        return filtered(streaming.events(aiter(stream), ids, written), prompt, self._thinking)

    async def _add(
        self,
        conversation: ConversationId,
        items: Sequence[StoredItem],
        known: Remembered,
        response: str = "",
    ) -> None:
        kept = [as_kept(item) for item in items]
        added = await self._store.add(conversation, kept, after=known.length, response=response)
        if not added:
            raise ModelUnavailable("somebody else has written in the conversation", after=0)
