"""The language model on the Assistants API, version 2, of servers that still speak it.

1. A conversation is a thread, a response is a run. What is new is added as messages; then a run
   is started, with all that the prompt says.
2. Where a response ends in calls, its run waits for their outputs, some minutes at most. A prompt
   of nothing but these outputs goes on with that run: all of them together, those that nobody
   has given as aborted.
3. Nothing else can be added to a thread while a run is active. A run that waits is given up for
   it; one that is being written is waited for.
4. What a run may call is said when it begins. Calls of one that goes on, though the prompt does
   not allow any, are answered as aborted.
5. Outputs that come when their run has ended, or without the model being asked (for a run cannot
   take outputs and stay silent), become messages.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import ParamSpec, TypeVar

from bot.adapters.openai import absence, errors
from bot.adapters.openai.assistants import run_streaming
from bot.adapters.openai.assistants.api import AssistantsApi
from bot.adapters.openai.assistants.definitions import AssistantDefinitions
from bot.adapters.openai.assistants.pending_runs import PendingRuns
from bot.adapters.openai.assistants.run_start import RunStart
from bot.adapters.openai.assistants.thread_items import AFTER, from_message, merged, to_message
from bot.adapters.openai.backend_ids import CONVERSATION, OWN, refuse
from bot.adapters.openai.labels import pack, unpack
from bot.adapters.openai.leaks.filtered_stream import ThinkingModels, filtered
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.retries import RequestSender, RetryDelays
from bot.adapters.openai.server.client import Client
from bot.adapters.openai.server.json_api import EventStream
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.panel.errors import ConversationGone, Refused
from bot.panel.language_model.exchange import (
    Begun,
    Item,
    ModelEvent,
    ModelSaid,
    Prompt,
    Responded,
    StoredItem,
    ToolCalled,
    ToolUsed,
    UserSaid,
    joined,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId
from bot.panel.texts import file_sentences

P = ParamSpec("P")
T = TypeVar("T")

_MOST_ROUNDS = 2  # more, of a run that calls and is not to: what it may call was said when it began
_FOREIGN = (CONVERSATION, OWN)  # how the ids of other backends begin


class AssistantsModel(LanguageModel):
    """Each conversation is a thread of the server's; *former*: another backend is in use now."""

    def __init__(
        self, client: Client, *, delays: RetryDelays | None = None, former: bool = False
    ) -> None:
        self._api = AssistantsApi(client)
        self._definitions = AssistantDefinitions(self._api)
        self._limits = ServerLimits()
        self._delays = delays or RetryDelays()
        self._send = RequestSender(self._delays)
        self._thinking = ThinkingModels()
        self._pending = PendingRuns(self._api, self._delays)
        endpoint = absence.Endpoint(
            absence.THREAD,
            self._api.thread,
            partial(self._api.create_thread, {}),
            self._api.delete_thread,
            client.models.list,
        )
        self._known = absence.Conversations(endpoint, self._send, former=former).known

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        refuse(_FOREIGN, prompt.conversation)
        start = RunStart(
            self._api, self._definitions, self._limits, self._pending, self._delays, prompt
        )
        async with (
            self._known(prompt.conversation),
            errors.translated(),
            aclosing(self._run_events(prompt, await start.stream(), _MOST_ROUNDS)) as events,
        ):
            async for event in events:
                yield event

    async def _run_events(
        self, prompt: Prompt, stream: EventStream, rounds: int
    ) -> AsyncGenerator[ModelEvent, None]:
        """Yield what the run does, without calls that *prompt* does not allow."""
        said, calls_unasked = Responded(""), False
        async with errors.opened(stream), aclosing(self._read(prompt, stream)) as events:
            async for event in events:
                match event:
                    case ToolCalled() if not prompt.may_call:
                        calls_unasked = True
                    case Responded():
                        said = event
                    case _:
                        yield event
        further = await self._without_calls(prompt, rounds) if calls_unasked else None
        if further is None:
            yield said
            return
        async with aclosing(self._run_events(prompt, further, rounds - 1)) as events:
            async for event in events:
                match event:
                    case Begun():
                        pass
                    case Responded(text, usage, citations, cut=cut):
                        parts = [ModelSaid(said.text, said.citations), ModelSaid(text, citations)]
                        whole = joined(part for part in parts if part.text)
                        yield replace(whole, usage=usage, cut=cut)
                    case _:
                        yield event

    def _read(self, prompt: Prompt, stream: EventStream) -> AsyncGenerator[ModelEvent, None]:
        return filtered(run_streaming.events(aiter(stream)), prompt, self._thinking)

    async def _without_calls(self, prompt: Prompt, rounds: int) -> EventStream | None:
        """Continue the pending run with its calls aborted; None if no further round is allowed."""
        pending = await self._pending.find(prompt.conversation)
        if pending and rounds:
            return await self._pending.submit(pending, {})
        if pending:
            await self._pending.give_up(pending, ())
        return None

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            if items:
                pending = await self._send(self._pending.find, conversation)
                if pending:
                    await self._send(self._pending.give_up, pending, items)
            for item in items:
                await self._send(self._api.add_message, conversation, to_message(item))

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            newest = await self._send(self._api.newest_messages, conversation)
            for place, message in enumerate(newest):
                said = from_message(message)
                if isinstance(said, UserSaid) and ref in said.text:
                    items = await self._merged(conversation, newest[place::-1])
                    return [item for item in items if not isinstance(item, ToolUsed)]
        return None

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            messages = await self._send(_all, self._api.messages, conversation)
            items = await self._merged(conversation, messages)
        for item in reversed(items):
            yield item

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        raise Refused(file_sentences.made_gone(file.name))  # nothing here makes files

    async def is_whole(self, response: str) -> bool:
        thread, _, run = response.partition("/")
        if not run or thread.startswith(_FOREIGN):
            return False
        try:
            settled = await self._send(self._pending.until_settled, thread, run)
        except errors.NotFound:  # at worst it is asked for again
            return False
        return settled.optional_text("status") in ("completed", "requires_action", "incomplete")

    async def open(self, labels: Labels) -> ConversationId:
        opened = await self._send(self._api.create_thread, pack(labels))
        return ConversationId(opened.needed_text("id"))

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            await self._send(self._api.update_thread, conversation, {"metadata": pack(labels)})

    async def labels(self, conversation: ConversationId) -> Labels | None:
        try:
            refuse(_FOREIGN, conversation)
            async with self._known(conversation):
                thread = await self._send(self._api.thread, conversation)
        except ConversationGone:
            return None
        return unpack(thread.texts("metadata"))

    async def delete(self, conversation: ConversationId) -> int | None:
        try:
            refuse(_FOREIGN, conversation)
            async with self._known(conversation):
                messages = await self._send(_all, self._api.messages, conversation)
                await self._send(self._api.delete_thread, conversation)
        except ConversationGone:
            return None
        return len(messages)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        refuse(_FOREIGN, conversation)
        async with self._known(conversation):
            found = [
                message.needed_text("id")
                for message in await self._send(_all, self._api.messages, conversation)
                if isinstance(said := from_message(message), UserSaid) and wanted(said.text)
            ]
            for message in found:
                with suppress(errors.NotFound):
                    await self._send(self._api.delete_message, conversation, message)
        return len(found)

    def is_current(self, conversation: ConversationId) -> bool:
        return not conversation.startswith(_FOREIGN)

    async def _merged(
        self, conversation: ConversationId, messages: Sequence[Sent]
    ) -> list[StoredItem]:
        """Return what *messages*, oldest first, and the runs among them say."""
        runs = await self._send(self._runs_after, conversation, messages)
        # A run without tools has but messages, which are there already.
        steps = {
            (id_ := run.text("id")): await self._send(_all, self._api.steps, conversation, id_)
            for run in runs
            if run.raw("tools")
        }
        return merged(messages, runs, steps)

    async def _runs_after(
        self, conversation: ConversationId, messages: Sequence[Sent]
    ) -> list[Sent]:
        ids = {message.optional_text("id") for message in messages}
        runs: list[Sent] = []
        async for run in self._api.runs(conversation):
            after = run.texts("metadata").get(AFTER)
            if after in ids:
                runs.append(run)
            elif after:
                break
        return runs[::-1]


async def _all(
    listing: Callable[P, AsyncIterator[T]], *args: P.args, **kwargs: P.kwargs
) -> list[T]:
    return [item async for item in listing(*args, **kwargs)]
