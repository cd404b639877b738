"""A response while it is generated: written by a task of its own, read by any number of clients.

1. The conversation stays locked until the writing ends, whether or not a client is connected.
2. What a response leaves behind is stored, and the lock released, before its last event is sent.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.json_types import Json
from bot.playground.background_tasks import BackgroundTasks
from bot.playground.openai import tokens
from bot.playground.openai.conversations.store import Conversation, Store, StoredResponse
from bot.playground.openai.event_log import EventLog
from bot.playground.openai.responses import response_writing
from bot.playground.openai.responses.response_events import Writing
from bot.playground.openai.responses.response_writing import TERMINAL
from bot.playground.openai.stand_in.brain import Cut, Garble, Reply, StreamItem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a response belongs and what it is shown."""

    conversation: Conversation | None
    new: Sequence[Json]
    seen: Sequence[Json]  # what was said before, and the new
    read: int  # tokens, of everything that the model reads
    cached: int  # of these, the ones that began an earlier prompt too


class Generation:
    """One response being written; *store* keeps what comes of it."""

    def __init__(self, store: Store, writing: Writing, context: Context) -> None:
        self._store = store
        self._writing = writing
        self._context = context
        self._log = EventLog()
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self._settled = False  # all is stored, and only the last event is still to be sent

    @property
    def response(self) -> Json:
        """The response as it is now."""
        return self._writing.snapshot()

    @property
    def broken(self) -> Cut | Garble | None:
        """How the answer goes wrong on its way, if it does."""
        return next((item for item in self._log.items if isinstance(item, Cut | Garble)), None)

    def start(self, reply: Reply, tasks: BackgroundTasks) -> None:
        """Begin to write; the conversation is locked from now on."""
        if self._context.conversation:
            self._context.conversation.locked_by = self._writing.shown["id"]
        if self._writing.shown["background"]:
            self._keep(self)
        self._task = tasks.start(self._write(reply))
        self._task.add_done_callback(self._written)

    def cancel(self) -> None:
        """Stop writing, as asked for."""
        if not (self._ended or self._settled):
            self._writing.end("cancelled")
            self._leave_unfinished()
            self._stop()

    def abandon(self) -> None:
        """Stop if the client has disconnected, unless the response goes on without it."""
        goes_on = self._store.manners.goes_on_alone or self._writing.shown["background"]
        if not (goes_on or self._ended or self._settled):
            self._leave_unfinished()
            self._stop()

    async def follow(self, after: int = -1) -> AsyncIterator[list[StreamItem]]:
        """Yield the events after number *after* in batches, as they come, up to a cut."""
        async for batch in self._log.follow():
            yield [item for item in batch if _number(item) > after]

    async def wait(self) -> None:
        """Return when nothing more comes."""
        await self._log.wait()

    async def _write(self, reply: Reply) -> None:
        async for item in response_writing.write(self._writing, reply):
            if isinstance(item, Cut) and not item.stored:
                self._settled = True
                self._leave_unfinished()
                self._unlock()
                self._log.add(item)
                return
            if isinstance(item, dict) and item["type"] in TERMINAL:
                self._settle(item)
            self._log.add(item)

    def _settle(self, last: Json) -> None:
        writing, context = self._writing, self._context
        self._settled = True
        writing.shown["usage"] = tokens.usage(
            context.read, context.cached, writing.spent, writing.thought
        )
        if "response" in last:
            last["response"]["usage"] = writing.shown["usage"]
        if writing.shown["status"] == "completed":
            self._append([*context.new, *writing.output])
        else:
            self._leave_unfinished()
        if not writing.shown["background"]:
            self._keep(None)
        self._unlock()

    def _leave_unfinished(self) -> None:
        match self._store.manners.unfinished_leaves:
            case "nothing":
                return
            case "input":
                self._append(self._context.new)
            case "finished items":
                done = [i for i in self._writing.output if i.get("status") != "in_progress"]
                self._append([*self._context.new, *done])

    def _append(self, items: Sequence[Json]) -> None:
        left_out = self._store.manners.unstored_in_conversation == "left out"
        if self._context.conversation and not (left_out and not self._writing.shown["store"]):
            self._context.conversation.items += items

    def _keep(self, ongoing: "Generation | None") -> None:
        shown = self._writing.snapshot()
        if shown["store"]:
            streamed = bool(self._writing.body.get("stream"))
            kept = StoredResponse(shown, self._context.seen, ongoing, streamed)
            self._store.responses[shown["id"]] = kept

    def _written(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("the reply could not be written", exc_info=error)
            self._log.add(Cut(reset=True))
        self._end()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._unlock()
        self._log.end()

    def _unlock(self) -> None:
        conversation = self._context.conversation
        if conversation and conversation.locked_by == self._writing.shown["id"]:
            conversation.locked_by = None


def _number(item: StreamItem) -> float:
    return item["sequence_number"] if isinstance(item, dict) else float("inf")
