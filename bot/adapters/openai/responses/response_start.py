"""Beginning a response: what can be put right before the model writes a word."""

from dataclasses import replace

from openai import APIConnectionError, APIStatusError

from bot.adapters.openai import errors
from bot.adapters.openai.responses import history
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.concessions import Concessions
from bot.adapters.openai.responses.repair import Repair, unanswered_call
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.retries import RequestRetries, RetryDelays
from bot.adapters.openai.server.json_api import EventStream
from bot.json_types import Json
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Prompt


class StatelessStart:
    """Sends one prompt, again and again as long as that is safe and may help.

    The prompt has all items of its conversation, and the server keeps none.
    """

    def __init__(
        self, api: ResponsesApi, requests: RequestBuilder, delays: RetryDelays, prompt: Prompt
    ) -> None:
        self._api = api
        self._requests = requests
        self._prompt = prompt
        self._retries = RequestRetries(delays)
        self._concessions = Concessions(requests.limits, prompt)

    async def stream(self) -> EventStream:
        """Return the response's events."""
        while True:
            request = self._request()
            try:
                stream = await self._api.stream(request)
            except APIConnectionError as error:
                await self._retries.wait(error)
            except APIStatusError as error:
                await self._put_right(request, error)
            else:
                if opened := await self._concessions.opened(request, stream):
                    return opened
                await self._leave_out_what_is_stored()

    def _request(self) -> Json:
        request = self._requests.build(self._prompt, without=self._concessions.without)
        del request["conversation"]
        return request | {"store": False}

    async def _put_right(self, request: Json, error: APIStatusError) -> None:
        """Make another try worth it, or raise."""
        if not (
            self._concessions.named(request, error) or self._concessions.guessed(request, error)
        ):
            await self._retries.wait(error)

    async def _leave_out_what_is_stored(self) -> None:
        """Send no item again that a response left in the conversation which failed at once."""


class ResponseStart(StatelessStart):
    """The same within a conversation that the server keeps."""

    def __init__(
        self, api: ResponsesApi, requests: RequestBuilder, delays: RetryDelays, prompt: Prompt
    ) -> None:
        super().__init__(api, requests, delays, prompt)
        self._repair = Repair(api, prompt)

    def _request(self) -> Json:
        without = self._concessions.without
        return self._requests.build(self._prompt, *self._repair.outputs, without=without)

    async def _put_right(self, request: Json, error: APIStatusError) -> None:
        if call := unanswered_call(error):
            await self._repair.mend(call)
        elif self._concessions.named(request, error) or (
            _is_unexplained(error) and await self._repair.decline()
        ):
            return
        elif not self._concessions.guessed(request, error):
            await self._retries.wait(error)
            if errors.is_locked(error):
                await self._look_for_earlier_try()

    async def _leave_out_what_is_stored(self) -> None:
        try:
            newest = await history.newest(self._api, self._prompt.conversation)
        except APIStatusError:
            raise ModelUnavailable("whether the failed response was stored is unknown") from None
        if history.holds(newest, self._prompt.items):
            self._prompt = replace(self._prompt, items=())

    async def _look_for_earlier_try(self) -> None:
        """Only an abandoned try of our own can have locked it, and it may be stored by now."""
        newest = await history.newest(self._api, self._prompt.conversation)
        history.check_new(newest, self._prompt.items)


def _is_unexplained(error: APIStatusError) -> bool:
    """Whether nothing in *error* says what is wrong: perhaps an approval is missing."""
    refusal = errors.from_status(error)
    is_unknown = isinstance(refusal, ModelRefused) and refusal.fault is ModelFault.BAD_REQUEST
    return is_unknown and not errors.is_locked(error)
