"""What the probes of the model's side work with: it deletes afterwards what it has made."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from openai import APIStatusError

from bot.adapters.openai import errors
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RequestSender, RetryDelays
from bot.adapters.openai.server.client import Client
from bot.panel.errors import ModelUnavailable, PanelError
from bot.panel.model import ConversationId

if TYPE_CHECKING:  # they take a third of a second to import
    from openai import AsyncStream
    from openai.types.conversations import ConversationItem
    from openai.types.responses import Response, ResponseStreamEvent

    Events = AsyncStream[ResponseStreamEvent]


class ProbeBench:
    """Asks *model*, and remembers what has to be deleted afterwards.

    *nowhere* is the address of a tool server that is not there: it makes a response fail.
    """

    def __init__(
        self,
        client: Client,
        model: str,
        *,
        delays: RetryDelays | None = None,
        nowhere: str = "https://mcp.invalid/",
    ) -> None:
        self.client = client
        self.nowhere = nowhere
        self._model = model
        self._delays = delays or RetryDelays()
        self._send = RequestSender(self._delays)
        self._conversations: list[str] = []
        self._responses: list[str] = []
        self._thinks = {"reasoning": {"effort": "none"}}

    async def conversation(self, metadata: Mapping[str, str] | None = None) -> str:
        opened = await self._send(self.client.conversations.create, metadata=dict(metadata or {}))
        self._conversations.append(opened.id)
        return opened.id

    async def ask(self, text: str | Sequence[Any], conversation: str, **more: Any) -> "Response":
        """Return the response to *text*. Raises APIStatusError as it comes."""
        response: Response = await self._create(text, conversation, more)
        self._responses.append(response.id)
        return response

    @asynccontextmanager
    async def stream(self, text: str, conversation: str, **more: Any) -> "AsyncIterator[Events]":
        """Let the response to *text* be heard; leaving early hangs up."""
        stream: Events = await self._create(text, conversation, {**more, "stream": True})
        async with stream:
            yield stream

    async def begin(self, stream: "Events") -> "ResponseStreamEvent":
        """Return the first event of *stream*, which names the response."""
        event = await anext(aiter(stream), None)
        if event is None:
            raise ModelUnavailable("the stream ended before it began")
        if event.type == "response.created":
            self._responses.append(event.response.id)
        return event

    async def contents(self, conversation: str) -> str:
        """Return in words what *conversation* holds, the oldest first."""
        listing = self.client.conversations.items.list
        page = await self._send(listing, conversation, order="asc", limit=100)
        return ", ".join(map(_in_words, page.data)) or "nothing"

    async def tidy(self) -> list[str]:
        """Delete all that was made; returns what is left, with the reason."""
        left: list[str] = []
        for response in dict.fromkeys(self._responses):
            try:
                await self._send(self.client.responses.delete, response)
            except errors.NotFound:  # it was never stored, or is gone
                continue
            except PanelError as error:
                left.append(f"response {response}: {error}")
        model = ConversationsModel(self.client, salt="", delays=self._delays)
        for conversation in self._conversations:
            try:
                await model.delete(ConversationId(conversation))
            except PanelError as error:
                left.append(f"conversation {conversation}: {error}")
        self._responses, self._conversations = [], []
        return left

    async def _create(
        self, text: str | Sequence[Any], conversation: str, more: Mapping[str, Any]
    ) -> Any:
        fixed = {"model": self._model, "input": text, "conversation": conversation}
        create: Any = self.client.responses.create
        try:
            return await create(**fixed, **self._thinks, **more)
        except APIStatusError as error:
            if not (self._thinks and (error.param or "").startswith("reasoning")):
                raise
            self._thinks = {}  # not every model lets that be chosen
            return await create(**fixed, **more)


def refusal(error: APIStatusError) -> str:
    """Return in words how a server refused; not its own, where they may name the key."""
    words = "" if error.status_code in (401, 403) else f": {errors.message_of(error)}"
    return " ".join(f"HTTP {error.status_code} {error.code or ''}{words}".split())


def _in_words(item: "ConversationItem") -> str:
    kind = item.type.replace("_", " ")
    name = f"{item.role} {kind}" if item.type == "message" else kind
    status = getattr(item, "status", None)
    return f"{name} ({status})" if status not in (None, "completed") else name
