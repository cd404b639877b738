"""Beginning a response of a server that remembers nothing: it gets all items, and keeps none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from openai import APIConnectionError, APIStatusError

from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.concessions import Concessions
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.retries import RequestRetries, RetryDelays
from bot.adapters.openai.server.json_api import EventStream
from bot.panel.language_model.exchange import Item, Prompt


class StatelessStart:
    """Sends one prompt with all *items* of its conversation."""

    def __init__(
        self,
        api: ResponsesApi,
        requests: RequestBuilder,
        delays: RetryDelays,
        prompt: Prompt,
        items: Sequence[Item],
    ) -> None:
        self._api = api
        self._requests = requests
        self._prompt = replace(prompt, items=tuple(items))
        self._retries = RequestRetries(delays)
        self._concessions = Concessions(requests.limits, prompt)

    async def stream(self) -> EventStream:
        """Return the response's events, asked for as often as that is safe and may help."""
        while True:
            request = self._request()
            try:
                stream = await self._api.stream(request)
            except APIConnectionError as error:
                await self._retries.wait(error)
            except APIStatusError as error:
                concessions = self._concessions
                if not (concessions.named(request, error) or concessions.guessed(request, error)):
                    await self._retries.wait(error)
            else:
                if opened := await self._concessions.opened(request, stream):
                    return opened

    def _request(self) -> dict[str, Any]:
        request = self._requests.build(self._prompt, without=self._concessions.without)
        del request["conversation"]
        return request | {"store": False}
