"""Beginning a response: what can be put right before the model writes a word."""

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, AsyncStream
from openai.types.responses import ResponseStreamEvent

from bot.adapters.openai import errors
from bot.adapters.openai.responses import history
from bot.adapters.openai.responses.repair import Repair, unanswered_call
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.retries import RequestRetries, RetryDelays
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import ApprovalGiven, Prompt, ToolAnswered

Stream = AsyncStream[ResponseStreamEvent]


class ResponseStart:
    """Sends one prompt, again and again as long as that is safe and may help."""

    def __init__(
        self, client: AsyncOpenAI, requests: RequestBuilder, delays: RetryDelays, prompt: Prompt
    ) -> None:
        self._client = client
        self._requests = requests
        self._prompt = prompt
        self._retries = RequestRetries(delays)
        own = {item.call_id for item in prompt.items if isinstance(item, ToolAnswered)}
        decided = {item.request for item in prompt.items if isinstance(item, ApprovalGiven)}
        self._repair = Repair(client, prompt.conversation, own, decided)

    async def stream(self) -> Stream:
        """Return the response's events."""
        while True:
            request = self._requests.build(self._prompt, *self._repair.outputs)
            try:
                stream: Stream = await self._client.responses.create(**request)
            except APIConnectionError as error:
                await self._retries.wait(error)
            except APIStatusError as error:
                await self._put_right(error)
            else:
                return stream

    async def _put_right(self, error: APIStatusError) -> None:
        """Make another try worth it, or raise."""
        if call := unanswered_call(error):
            await self._repair.mend(call)
        elif self._requests.limits.learn(self._prompt, error):
            return
        elif not (_is_unexplained(error) and await self._repair.decline()):
            await self._retries.wait(error)
            if errors.is_locked(error):
                await self._look_for_earlier_try()

    async def _look_for_earlier_try(self) -> None:
        """Raise ModelUnavailable if the prompt is in the conversation already.

        Only an abandoned try of our own can have locked it, and it may be stored by now.
        """
        newest = await history.newest(self._client, self._prompt.conversation)
        if history.holds(newest, self._prompt.items):
            raise ModelUnavailable("an earlier try was stored meanwhile", after=0)


def _is_unexplained(error: APIStatusError) -> bool:
    """Whether nothing in *error* says what is wrong: perhaps an approval is missing.

    No documentation says how servers report that.
    """
    refusal = errors.from_status(error)
    is_unknown = isinstance(refusal, ModelRefused) and refusal.fault is ModelFault.BAD_REQUEST
    return is_unknown and not errors.is_locked(error)
