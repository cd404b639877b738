"""A response on its way: written by a task of its own, heard by whoever follows it.

1. The conversation stays locked until the writing ends, whoever still listens.
2. What a response leaves behind is stored, and the lock released, before its last event is told.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.json_types import Json
from bot.playground.openai import tokens
from bot.playground.openai.responses import response_writing
from bot.playground.openai.responses.response_events import Writing
from bot.playground.openai.responses.response_writing import TERMINAL, Told
from bot.playground.openai.stand_in.brain import Cut, Garble, Reply
from bot.playground.openai.state import Conversation, Kept, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a response belongs and what it is shown."""

    conversation: Conversation | None
    new: Sequence[Json]
    seen: Sequence[Json]  # what was said before, and the new
    read: int  # tokens, of all that the model is told
    cached: int  # of these, the ones that began an earlier prompt too


class Generation:
    """One response being written; *store* keeps what comes of it."""

    def __init__(self, store: Store, writing: Writing, context: Context) -> None:
        self._store = store
        self._writing = writing
        self._context = context
        self._told: list[Told] = []
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self._settled = False  # what it leaves behind is stored; only the last event is to be told

    @property
    def response(self) -> Json:
        """The response as it is now."""
        return self._writing.snapshot()

    @property
    def broken(self) -> Cut | Garble | None:
        """How the answer goes wrong on its way, if it does."""
        return next((told for told in self._told if isinstance(told, Cut | Garble)), None)

    def start(self, reply: Reply) -> asyncio.Task[None]:
        """Begin to write; the conversation is locked from now on."""
        if self._context.conversation:
            self._context.conversation.locked_by = self._writing.shown["id"]
        if self._writing.shown["background"]:
            self._keep(self)
        self._task = asyncio.create_task(self._write(reply))
        self._task.add_done_callback(self._written)
        return self._task

    def cancel(self) -> None:
        """Stop writing, as asked for."""
        if not (self._ended or self._settled):
            self._writing.end("cancelled")
            self._leave_unfinished()
            self._stop()

    def abandon(self) -> None:
        """Learn that the client has gone; what runs in the background does not mind."""
        goes_on = self._store.manners.goes_on_alone or self._writing.shown["background"]
        if not (goes_on or self._ended or self._settled):
            self._leave_unfinished()
            self._stop()

    async def follow(self, after: int = -1) -> AsyncIterator[list[Told]]:
        """Yield what is told after event number *after*, as it comes, up to a cut."""
        place = 0
        while True:
            if place < len(self._told):
                news, place = self._told[place:], len(self._told)
                yield [told for told in news if _number(told) > after]
            elif self._ended:
                return
            else:
                self._news.clear()
                await self._news.wait()

    async def wait(self) -> None:
        """Return when nothing more comes."""
        async for _ in self.follow():
            pass

    async def _write(self, reply: Reply) -> None:
        async for told in response_writing.write(self._writing, reply):
            if isinstance(told, Cut) and not told.stored:
                self._settled = True
                self._leave_unfinished()
                self._unlock()
                self._tell(told)
                return
            if isinstance(told, dict) and told["type"] in TERMINAL:
                self._settle(told)
            self._tell(told)

    def _tell(self, told: Told) -> None:
        self._told.append(told)
        self._news.set()

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
            kept = Kept(shown, self._context.seen, ongoing, streamed)
            self._store.responses[shown["id"]] = kept

    def _written(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("the reply could not be written", exc_info=error)
            self._tell(Cut(reset=True))
        self._end()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._unlock()
        self._news.set()

    def _unlock(self) -> None:
        conversation = self._context.conversation
        if conversation and conversation.locked_by == self._writing.shown["id"]:
            conversation.locked_by = None


def _number(told: Told) -> float:
    return told["sequence_number"] if isinstance(told, dict) else float("inf")
