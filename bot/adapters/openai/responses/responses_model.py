"""What models that are asked by responses do without a conversation: the server gets all there is,
and stores nothing.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.adapters.openai import errors
from bot.adapters.openai.leaks.filtered_stream import ThinkingModels, filtered
from bot.adapters.openai.responses import streaming
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.decisions import Decisions
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.responses.response_start import StatelessStart
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import Client
from bot.adapters.openai.server.server_limits import limits_of
from bot.panel.language_model.exchange import Judged, ModelEvent, Prompt
from bot.panel.language_model.language_model import LanguageModel


class ResponsesModel(LanguageModel):
    """A model of *client*'s server; for *salt* and *compact* see RequestBuilder."""

    def __init__(self, client: Client, salt: str, compact: int, delays: RetryDelays | None) -> None:
        self._client = client
        self._api = ResponsesApi(client.json)
        self._requests = RequestBuilder(salt, limits_of(client), compact)
        self._delays = delays or RetryDelays()
        self._decisions = Decisions(self._api)
        self._thinking = ThinkingModels()

    async def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        start = StatelessStart(self._api, self._requests, self._delays, prompt)
        async with (
            errors.translated(),
            errors.opened(await start.stream()) as stream,
            aclosing(filtered(streaming.events(aiter(stream)), prompt, self._thinking)) as events,
        ):
            async for event in events:
                yield event

    async def judge(self, prompt: Prompt) -> Judged:
        return await self._decisions.judge(prompt)
