"""A response while it is being written: its state, and the events that tell of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from bot.json_types import Json
from bot.playground.openai.conversations.store import Manners
from bot.playground.openai.items.items import shown as shown_item
from bot.playground.openai.latency import Latency
from bot.playground.openai.stand_in.brain import Reply
from bot.playground.openai.tools.mcp_servers import Server


@dataclass(slots=True)
class Writing:
    """A response while it is being written."""

    body: Json
    shown: Json
    latency: Latency
    effort: str = "none"
    compaction: Json | None = None  # what the model puts in place of all that it has read
    output: list[Json] = field(default_factory=list)
    sequence: int = 0
    spent: int = 0  # output tokens
    thought: int = 0  # of these, the ones that nobody sees
    ended: bool = False
    awaits_approval: bool = False  # for a call: nothing but further calls can follow
    servers: Sequence[Server] = ()  # whose tools may be used
    manners: Manners = field(default_factory=Manners)
    go_on: Callable[[Sequence[Json]], Reply] | None = None  # what the model does next, knowing more

    def event(self, kind: str, **more: Any) -> Json:
        """Return the next event."""
        self.sequence += 1
        if "output_index" in more and not self.manners.numbers_items:
            more["output_index"] = 0
        return {"type": kind, "sequence_number": self.sequence - 1, **more}

    def state(self, kind: str) -> Json:
        """Return an event that carries the whole response."""
        return self.event(kind, response=self.snapshot())

    def snapshot(self) -> Json:
        """Return the response as it is now."""
        return {**self.shown, "output": [self.seen(item) for item in self.output]}

    def seen(self, item: Json) -> Json:
        """Return *item* as the request wants it shown."""
        return shown_item(item, self.body.get("include") or ())

    def end(self, status: str, **more: Any) -> None:
        """Let the response end so."""
        self.ended = True
        self.shown.update(status=status, **more)
        if status == "completed":
            self.shown["completed_at"] = int(time.time())

    def last(self, *, as_completed: bool = False) -> Json:
        """Return the event that says how the response ended."""
        return self.state(f"response.{'completed' if as_completed else self.shown['status']}")

    def call_id(self, name: str) -> Json:
        """Return the field with the id of the next call, which is one of *name*."""
        calls = sum(item["type"] == "function_call" for item in self.output)
        match self.manners.call_ids:
            case "own":
                return {"call_id": f"call_{token_hex(12)}"}
            case "counted":
                return {"call_id": f"call_{calls}"}
            case "by name":
                return {"call_id": name}
            case "doubled":
                return {"call_id": "call_0"}
            case "null":
                return {"call_id": None}
            case "missing":
                return {}

    def affords(self, tokens: int) -> bool:
        """Spend *tokens* if the limit of the request allows it."""
        limit = self.body.get("max_output_tokens")
        if limit is not None and self.spent + tokens > limit:
            return False
        self.spent += tokens
        return True


def added(writing: Writing, item: Json) -> Json:
    """Take up *item* as the next of the output, and return the event that says so."""
    writing.output.append(item)
    index = len(writing.output) - 1
    seen = writing.seen(item)
    return writing.event("response.output_item.added", output_index=index, item=seen)


def done(writing: Writing, item: Json, status: str | None = None) -> Json:
    """Return the event that says that the newest *item* is done."""
    if status:
        item["status"] = status
    index = len(writing.output) - 1
    seen = writing.seen(item)
    return writing.event("response.output_item.done", output_index=index, item=seen)
