"""The events of a run, as the domain's.

1. A run that waits for outputs has responded, as far as we are concerned: its calls are reported,
   and the outputs come with another prompt.
2. A call is complete when the next one begins, where the server numbers them, or when the run
   waits; it is reported once.
3. A stream that ends while the run still goes on has failed, however quietly it ended.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace

from bot.adapters.openai import errors
from bot.adapters.openai.assistants.thread_items import said_by
from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.model_calls import PartialCall
from bot.adapters.openai.reading.model_stream import StreamReader, read_stream
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.reading.usage import usage_of_run
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import Begun, ModelEvent, ModelSaid, Responded, joined
from bot.panel.model import CallId
from bot.panel.tools import FILE_SEARCH


def events(stream: AsyncIterator[object]) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the run does, up to where it ends or waits; the last is Responded."""
    return read_stream(_RunReader(), stream, "run")


def calls_of(run: Sent) -> Sequence[CallId]:
    """Return the calls whose outputs *run* waits for."""
    ids = CallIds()
    return [ids.of_call(call.id) for call in _waiting_calls(run)]


def _waiting_calls(run: Sent) -> Sequence[PartialCall]:
    action = run.part("required_action").part("submit_tool_outputs")
    return [_call(call) for call in action.parts("tool_calls")]


def _call(call: Sent) -> PartialCall:
    function = call.part("function")
    name, arguments = function.optional_text("name"), function.raw("arguments")
    return PartialCall("", call.optional_text("id"), name, arguments)


class _RunReader(StreamReader):
    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._said: list[ModelSaid] = []
        self._partial: dict[int, PartialCall] = {}
        self._is_numbered = True  # whether each call has had a number of its own

    def read(self, event: Sent) -> Iterator[ModelEvent]:
        data, kind = event.part("data"), event.text("event")
        match kind:
            case "thread.message.delta":
                for part in data.part("delta").parts("content"):
                    yield from self._shown(self._halves.join(part.part("text").piece("value")))
            case "thread.message.completed" | "thread.message.incomplete":
                yield from self._shown_in_the_end()
                self._said.append(said_by(data))
            case "thread.run.step.delta":
                for call in data.part("delta").part("step_details").parts("tool_calls"):
                    yield from self._write(call)
            case "error":
                raise errors.ResponseFailed(data.whole)
            case _ if kind.startswith("thread.run.") and not kind.startswith("thread.run.step."):
                yield from self._go_on(data, kind.removeprefix("thread.run."))

    def _go_on(self, run: Sent, state: str) -> Iterator[ModelEvent]:
        if not self._begun:
            self._begun = True
            yield Begun(f"{run.text('thread_id')}/{run.text('id')}")
        match run.optional_text("status") or state:
            case "requires_action":
                yield from self._calls.end(_waiting_calls(run))
                yield self._responded(run)
            case "completed":
                yield self._responded(run)
            case "incomplete":
                yield from self._cut(run)
            case "failed":
                raise errors.ResponseFailed(run.raw("last_error"))
            case "expired" | "cancelled" as ended:
                raise ModelUnavailable(f"the run has {ended}")

    def _cut(self, run: Sent) -> Iterator[ModelEvent]:
        """End with what is useful of a run that was cut: see ``responses/streaming.py``."""
        reason = run.part("incomplete_details").optional_text("reason")
        for call in self._partial.values():
            if self._is_numbered and call.content[1] and not call.sources:
                yield from self._calls.complete(call, "steps")
        if reason == "content_filter":
            self._said.clear()
        responded = replace(self._responded(run), cut=True)
        if not (responded.text or self._calls.reported):
            raise errors.incomplete(reason or None)
        yield responded

    def _write(self, delta: Sent) -> Iterator[ModelEvent]:
        kind = delta.optional_text("type")
        if kind == "file_search":
            yield from self._run(kind, FILE_SEARCH)
        if kind not in ("function", ""):
            return
        index, piece = delta.number("index"), _call(delta)
        call = self._partial.get(index)
        if call is None:
            call = self._partial[index] = PartialCall()
        elif {piece.id, piece.name} - {"", call.id, call.name}:
            self._is_numbered = False
        if not self._is_numbered:  # the run tells in the end
            return
        for other, done in self._partial.items():
            if other < index and not done.sources and done.content[1]:
                yield from self._calls.complete(done, "steps")
        call.id, call.name = call.id or piece.id, call.name or piece.name
        call.arguments = f"{call.arguments}{piece.arguments or ''}"

    def _responded(self, run: Sent) -> Responded:
        self.ended = True
        return replace(joined(self._said), usage=usage_of_run(run))
