"""The language model on OpenAI's Conversations and Responses: the default backend."""

import asyncio
import hashlib
import logging
import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from openai import APIStatusError, AsyncOpenAI, AsyncStream, NotFoundError
from openai.types.responses import ResponseStreamEvent

from bot.adapters.openai import errors, labels, repair, streaming
from bot.adapters.openai.items import from_api, function_tool, to_api
from bot.panel.errors import ModelUnavailable
from bot.panel.exchange import Item, ModelEvent, Prompt, UserSaid
from bot.panel.links import Labels
from bot.panel.model import ConversationId
from bot.panel.ports import LanguageModel

log = logging.getLogger(__name__)

_MOST_ITEMS = 20  # in one call that appends
_LOOK_BACK = 100
_MOST_REPAIRS = 5
_SOME_EFFORT = {"effort": "low"}


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait before each further try of a request that was certainly not carried out."""

    locked: tuple[float, ...] = (1, 2, 4, 8)  # another response is being written
    busy: tuple[float, ...] = (0.5, 1, 2)  # 429; Retry-After goes before, up to *longest*
    longest: float = 20


def client(api_key: str, base_url: str) -> AsyncOpenAI:
    """Return a client that never repeats a request by itself: it might be carried out twice."""
    return AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)


class ConversationsModel(LanguageModel):
    """Each conversation is one of OpenAI's; *salt* goes into the hash of who asks."""

    def __init__(self, openai: AsyncOpenAI, *, salt: str, waits: Waits | None = None) -> None:
        self._openai = openai
        self._salt = salt
        self._waits = waits or Waits()

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        async with errors.translated():
            stream = await self._begin(prompt)
            try:
                async for event in streaming.events(aiter(stream)):
                    yield event
            finally:
                await stream.close()

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        async with errors.translated():
            for start in range(0, len(items), _MOST_ITEMS):
                batch = [to_api(item) for item in items[start : start + _MOST_ITEMS]]
                await self._openai.conversations.items.create(conversation, items=batch)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        found: list[Item] = []
        async with errors.translated():
            newest_first = self._openai.conversations.items.list(
                conversation, order="desc", limit=_LOOK_BACK
            )
            looked_at = 0
            async for raw in newest_first:
                if item := from_api(raw):
                    found.append(item)
                if isinstance(item, UserSaid) and ref in item.text:
                    return found[::-1]
                looked_at += 1
                if looked_at == _LOOK_BACK:
                    break
        return None

    async def open(self, labels_: Labels) -> ConversationId:
        async with errors.translated():
            opened = await self._openai.conversations.create(metadata=labels.pack(labels_))
        return ConversationId(opened.id)

    async def relabel(self, conversation: ConversationId, labels_: Labels) -> None:
        async with errors.translated():
            await self._openai.conversations.update(conversation, metadata=labels.pack(labels_))

    async def labels(self, conversation: ConversationId) -> Labels | None:
        async with errors.translated():
            try:
                found = await self._openai.conversations.retrieve(conversation)
            except NotFoundError:
                return None
        return labels.unpack(found.metadata if isinstance(found.metadata, dict) else None)

    async def _begin(self, prompt: Prompt) -> AsyncStream[ResponseStreamEvent]:
        """Start a response; tries again where the server says that it has not begun."""
        request = self._request(prompt)
        locked, busy = iter(self._waits.locked), iter(self._waits.busy)
        repairs = 0
        while True:
            try:
                stream: AsyncStream[ResponseStreamEvent] = await self._openai.responses.create(
                    **request
                )
            except APIStatusError as error:
                if (call_id := repair.unanswered_call(error)) and repairs < _MOST_REPAIRS:
                    repairs += 1
                    log.warning("conversation.repaired", extra={"id": prompt.conversation})
                    await repair.answer_orphans(self._openai, prompt.conversation, call_id)
                elif error.param == "reasoning.effort" and request["reasoning"] != _SOME_EFFORT:
                    request["reasoning"] = _SOME_EFFORT  # this model cannot do without
                else:
                    await self._wait(error, locked, busy)
            else:
                return stream

    async def _wait(self, error: APIStatusError, *pauses: Any) -> None:
        """Wait as long as *error* asks for, or raise what it means."""
        locked, busy = pauses
        meaning = errors.from_status(error)
        if errors.code_of(error) == "conversation_locked":
            pause = next(locked, None)
            meaning = ModelUnavailable("the conversation is locked")
        elif error.status_code == 429 and isinstance(meaning, ModelUnavailable):
            pause = next(busy, None)
            if pause is not None and meaning.after is not None:
                pause = meaning.after if meaning.after <= self._waits.longest else None
        else:
            pause = None
        if pause is None:
            raise meaning from error
        await asyncio.sleep(pause * random.uniform(1, 1.25))  # noqa: S311 - hides nothing

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        request: dict[str, Any] = {
            "conversation": prompt.conversation,
            "model": prompt.model,
            "instructions": prompt.instructions,
            "input": [to_api(item) for item in prompt.items],
            "reasoning": {"effort": prompt.effort.value},
            "truncation": "auto",
            "stream": True,
        }
        if prompt.tools:
            request["tools"] = [function_tool(tool) for tool in prompt.tools]
            request["tool_choice"] = "auto" if prompt.may_call else "none"
            request["parallel_tool_calls"] = True
        if prompt.cache_key:
            request["prompt_cache_key"] = prompt.cache_key
        if prompt.user:
            salted = f"{self._salt}/{prompt.user}".encode()
            request["safety_identifier"] = hashlib.sha256(salted).hexdigest()
        return request
