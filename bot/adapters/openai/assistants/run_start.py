"""Beginning a run, or going on with one that waits for what the prompt brings."""

import logging
from dataclasses import replace

from openai import APIConnectionError, APIStatusError, NotFoundError

from bot.adapters.openai import errors, one_tool
from bot.adapters.openai.assistants.api import AssistantsApi
from bot.adapters.openai.assistants.definitions import AssistantDefinitions, definition, documents
from bot.adapters.openai.assistants.pending_runs import PendingRuns
from bot.adapters.openai.assistants.run_streaming import calls_of
from bot.adapters.openai.assistants.thread_items import AFTER, from_message, to_message
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.retries import RequestRetries, RetryDelays
from bot.adapters.openai.server.json_api import EventStream
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.json_types import Json
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Item, Prompt, ToolAnswered, UserSaid

log = logging.getLogger(__name__)


class RunStart:
    """Sends one prompt, again and again as long as that is safe and may help."""

    def __init__(
        self,
        api: AssistantsApi,
        definitions: AssistantDefinitions,
        limits: ServerLimits,
        pending: PendingRuns,
        delays: RetryDelays,
        prompt: Prompt,
    ) -> None:
        self._api = api
        self._definitions = definitions
        self._limits = limits
        self._pending = pending
        self._retries = RequestRetries(delays)
        self._prompt = prompt
        self._unsent: list[Item] = list(self._offered.items)  # what is not in the thread yet
        self._after = ""  # the last message in it
        self._assistant_lost = False

    async def stream(self) -> EventStream:
        """Return the run's events. Raises ModelRefused for files: a thread takes uploads only."""
        if any(isinstance(item, UserSaid) and item.attachments for item in self._unsent):
            raise ModelRefused(ModelFault.BAD_REQUEST, "threads take no attached files")
        while True:
            try:
                run = await self._pending.find(self._prompt.conversation)
                if run and self._is_answered(run):
                    return await self._pending.submit(run, self._outputs)
                if run:
                    await self._pending.give_up(run, self._prompt.items)
                return await self._start()
            except APIConnectionError as error:
                await self._retries.wait(error)
            except APIStatusError as error:
                await self._put_right(error)

    @property
    def _offered(self) -> Prompt:
        """The prompt as the server gets it; its documents are a tool, too."""
        most = one_tool.MOST_IN_RUN - bool(self._prompt.collections)
        return self._limits.offered(self._prompt, most)

    @property
    def _outputs(self) -> dict[str, str]:
        left = (item for item in self._unsent if isinstance(item, ToolAnswered))
        return {item.call_id: item.output for item in left}

    def _is_answered(self, run: Sent) -> bool:
        """Whether the prompt is nothing but outputs that *run* waits for."""
        wanted = {*calls_of(run)}
        return bool(self._unsent) and all(
            isinstance(item, ToolAnswered) and item.call_id in wanted for item in self._unsent
        )

    async def _start(self) -> EventStream:
        thread = self._prompt.conversation
        while self._unsent:
            added = await self._api.add_message(thread, to_message(self._unsent[0]))
            self._after = added.optional_text("id")
            del self._unsent[0]
        if not self._after:
            newest = await self._api.newest_messages(thread, 1)
            self._after = newest[0].optional_text("id") if newest else ""
        await self._open_documents()
        assistant = await self._definitions.find(self._offered)
        return await self._api.start_run(thread, self._request(assistant))

    async def _open_documents(self) -> None:
        """Let the thread have the second collection, or none: the assistant has the first."""
        if not self._prompt.collections:
            return
        _, *others = self._prompt.collections
        resources = {"tool_resources": documents(others[:1])}
        await self._api.update_thread(self._prompt.conversation, resources)
        if others[1:]:
            log.warning("documents.left_out", extra={"collections": len(others[1:])})

    def _request(self, assistant: str) -> Json:
        prompt = self._offered
        request = {
            "assistant_id": assistant,
            **definition(replace(prompt, instructions=prompt.instructions + prompt.addendum)),
            "metadata": {AFTER: self._after},
        }
        if effort := self._limits.effort(prompt):
            request["reasoning_effort"] = effort
        if prompt.most_output and "max_output_tokens" not in self._limits.refused(prompt.model):
            request["max_completion_tokens"] = prompt.most_output
        if request["tools"]:
            request["tool_choice"] = "auto" if prompt.may_call else "none"
        if prompt.collections and prompt.must_search:
            request["tool_choice"] = {"type": "file_search"}
        return request

    async def _put_right(self, error: APIStatusError) -> None:
        if self._is_about_assistant(error) and not self._assistant_lost:
            self._assistant_lost = True
            self._definitions.forget(self._prompt)
        elif not self._limits.learn(self._prompt, error):
            await self._retries.wait(error)
            if errors.is_locked(error) and len(self._unsent) == len(self._prompt.items):
                await self._look_for_earlier_try()

    def _is_about_assistant(self, error: APIStatusError) -> bool:
        return isinstance(error, NotFoundError) and "assistant" in errors.message_of(error).lower()

    async def _look_for_earlier_try(self) -> None:
        """Raise ModelUnavailable if the prompt is in the thread already, or may be.

        Only an abandoned try of our own can have locked it, and it may be stored by now. Whoever
        asks for no more than an answer to what is there has to look whether there is one.
        """
        match self._prompt.items:
            case (*_, UserSaid() as last):
                newest = await self._api.newest_messages(self._prompt.conversation)
                if all(from_message(message) != last for message in newest):
                    return
        await self._pending.until_thread_settled(self._prompt.conversation)
        raise ModelUnavailable("an earlier try was stored meanwhile", after=0)
