"""The events of a run, as the domain's.

1. A run that waits for outputs has responded, as far as we are concerned: its calls are reported,
   and the outputs come with another prompt.
2. A call is complete when the next one begins, or when the run waits; it is reported once.
3. A stream that ends while the run still goes on has failed, however quietly it ended.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace

from openai.types.beta import AssistantStreamEvent
from openai.types.beta.threads import RequiredActionFunctionToolCall, Run
from openai.types.beta.threads.runs import ToolCallDelta

from bot.adapters.openai import errors
from bot.adapters.openai.assistants.thread_items import said_by
from bot.adapters.openai.model_stream import StreamReader, read_stream
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import (
    Begun,
    ModelEvent,
    ModelSaid,
    Responded,
    TextWritten,
    joined,
)
from bot.panel.usage import NO_USAGE, Usage


def events(stream: AsyncIterator[AssistantStreamEvent]) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the run does, up to where it ends or waits; the last is Responded."""
    return read_stream(_RunReader(), stream, "run")


@dataclass(slots=True)
class _PartialCall:
    """A call that is being written."""

    id: str = ""
    name: str = ""
    arguments: str = ""


def calls_of(run: Run) -> Sequence[RequiredActionFunctionToolCall]:
    """Return the calls whose outputs *run* waits for."""
    action = run.required_action
    return action.submit_tool_outputs.tool_calls if action else ()


class _RunReader(StreamReader[AssistantStreamEvent]):
    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._said: list[ModelSaid] = []
        self._calls: dict[int, _PartialCall] = {}

    def read(self, event: AssistantStreamEvent) -> Iterator[ModelEvent]:
        match event.event:
            case "thread.message.delta":
                for part in event.data.delta.content or ():
                    if part.type == "text" and part.text and part.text.value:
                        yield TextWritten(part.text.value)
            case "thread.message.completed":
                self._said.append(said_by(event.data))
            case "thread.run.step.delta":
                details = event.data.delta.step_details
                if details and details.type == "tool_calls":
                    for call in details.tool_calls or ():
                        yield from self._write(call)
            case "error":
                raise errors.ResponseFailed(event.data)
            case _:
                if isinstance(event.data, Run):
                    yield from self._go_on(event.data)

    def _go_on(self, run: Run) -> Iterator[ModelEvent]:
        if not self._begun:
            self._begun = True
            yield Begun(f"{run.thread_id}/{run.id}")
        match run.status:
            case "requires_action":
                for call in calls_of(run):
                    yield from self._report_call(
                        call.id, call.function.name, call.function.arguments
                    )
                yield self._responded(run)
            case "completed":
                yield self._responded(run)
            case "incomplete":
                details = run.incomplete_details
                raise errors.incomplete(details.reason if details else None)
            case "failed":
                raise errors.ResponseFailed(run.last_error)
            case "expired" | "cancelled":
                raise ModelUnavailable(f"the run has {run.status}")
            case _:
                pass

    def _write(self, delta: ToolCallDelta) -> Iterator[ModelEvent]:
        if delta.type != "function":
            return
        for index, done in self._calls.items():
            if index < delta.index:
                yield from self._report_call(done.id, done.name, done.arguments)
        call = self._calls.setdefault(delta.index, _PartialCall())
        call.id = delta.id or call.id
        if delta.function:
            call.name += delta.function.name or ""
            call.arguments += delta.function.arguments or ""

    def _responded(self, run: Run) -> Responded:
        self.ended = True
        return replace(joined(self._said), usage=_usage(run))


def _usage(run: Run) -> Usage:
    """Return what the whole run cost: told when it has ended, not where it waits."""
    used = run.usage
    if used is None:
        return NO_USAGE
    return Usage(used.prompt_tokens, 0, used.completion_tokens)
