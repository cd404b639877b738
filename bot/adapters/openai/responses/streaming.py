"""The events of a streamed response, as the domain's.

1. Only a terminal event ends a response: a stream that ends without one has failed, however
   quietly it ended.
2. A call is complete as soon as any event says so, and told once: see ``model_calls.py``.
3. Servers leave out events in between, so none but the terminal one is counted on. They also leave
   out what that should hold: then what the other events have told is taken.
4. A response that is cut has ended, too, with what is useful of it: its text, and the calls that
   are whole. A text that a content filter has stopped is not: what it objects to may be in it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace

from bot.adapters.openai import errors
from bot.adapters.openai.leaks.leaks import without_leaks
from bot.adapters.openai.reading import tool_failures
from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.citation_markers import without_markers
from bot.adapters.openai.reading.items import (
    ItemReader,
    approval_wanted,
    image_made,
    image_of,
    kind_of,
)
from bot.adapters.openai.reading.message_parts import model_said
from bot.adapters.openai.reading.model_calls import PartialCall
from bot.adapters.openai.reading.model_stream import StreamReader, read_stream
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.reading.usage import usage_of
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import (
    Begun,
    ModelEvent,
    ModelSaid,
    Responded,
    StoredItem,
    TextWritten,
    joined,
)

_ENDED = ("completed", "incomplete", "failed")


def events(
    stream: AsyncIterator[object],
    ids: CallIds | None = None,
    written: list[StoredItem] | None = None,
) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the model writes; the last is Responded.

    *ids* gives each call its id. All items are added to *written* when the response has ended.
    """
    return read_stream(_ResponseReader(ids, [] if written is None else written), stream, "response")


class _ResponseReader(StreamReader):
    def __init__(self, ids: CallIds | None, written: list[StoredItem]) -> None:
        super().__init__(ids)
        self._items = written
        self._deltas: list[str] = []
        self._done: list[Sent] = []  # items that events have told to be complete

    def read(self, event: Sent) -> Iterator[ModelEvent]:
        match _kind(event):
            case "response.created":
                yield Begun(event.part("response").text("id"))
            case "response.output_text.delta" | "response.refusal.delta":
                self._deltas.append(self._halves.join(event.piece("delta")))
                yield from self._shown(self._deltas[-1])
            case "response.output_text.done" if not self._deltas:
                self._deltas.append(event.optional_text("text"))
            case "response.output_item.added":
                yield from self._begin(event.part("item"))
            case "response.output_item.done":
                yield from self._finish(event.part("item"))
            case "response.function_call_arguments.delta" | "response.function_call_arguments.done":
                yield from self._write_arguments(event)
            case "response.completed" | "response.incomplete" as kind:
                yield from self._end(event.part("response"), kind)
            case "response.failed":
                raise errors.ResponseFailed(event.part("response").raw("error"))
            case "error":
                raise errors.ResponseFailed(event.whole)

    def _begin(self, item: Sent) -> Iterator[ModelEvent]:
        kind = kind_of(item)
        if kind == "function_call":
            self._calls.begin(_call(item))
        elif kind == "message" and self._deltas:
            yield from self._shown_in_the_end()
            yield TextWritten("\n\n")  # as there will be in the whole text
        elif tool := tool_failures.tool_of(item):
            yield from self._run(item.optional_text("id") or kind, tool)

    def _finish(self, item: Sent) -> Iterator[ModelEvent]:
        self._done.append(item)
        kind = kind_of(item)
        yield from self._run(item.optional_text("id") or kind, "")
        if kind == "function_call" and not _is_cut_call(item):
            yield from self._calls.complete(_call(item), "item")

    def _write_arguments(self, event: Sent) -> Iterator[ModelEvent]:
        item, name = event.optional_text("item_id"), event.optional_text("name")
        if event.text("type").endswith(".delta"):
            self._calls.write_arguments(item, event.piece("delta"))
        else:
            told = PartialCall(item, name=name, arguments=event.raw("arguments"))
            yield from self._calls.complete_arguments(told)

    def _end(self, response: Sent, kind: str) -> Iterator[ModelEvent]:
        """End as the response says; not every server has an event of its own for each end."""
        status, details = response.optional_text("status"), response.part("incomplete_details")
        reason = details.optional_text("reason")
        if status in ("failed", "cancelled"):
            raise errors.ResponseFailed(response.raw("error"))
        is_cut = "incomplete" in (kind.removeprefix("response."), status)
        if not (is_cut or (reason and not status)):
            yield from self._complete(response)
            return
        is_filtered = reason == "content_filter"
        for event in self._complete(response, is_cut=True, is_filtered=is_filtered):
            if isinstance(event, Responded) and not (_is_useful(event) or self._calls.reported):
                raise errors.incomplete(reason or None)
            yield event

    def _complete(
        self, response: Sent, *, is_cut: bool = False, is_filtered: bool = False
    ) -> Iterator[ModelEvent]:
        output = response.parts("output") or self._done
        output = [one for item in output for one in (item, *item.parts("tool_calls"))]
        if is_cut:
            output = [item for item in output if not _is_cut_call(item)]
        if is_filtered:  # of an unfit text, half is no better
            output = [item for item in output if kind_of(item) == "function_call"]
            self._deltas.clear()
        if not (response or output or self._deltas):
            raise ModelUnavailable("the response ended without saying anything")
        yield from self._shown_in_the_end()
        items = [(item, _call(item)) for item in output]
        calls = [call for item, call in items if kind_of(item) == "function_call"]
        yield from self._calls.end(calls, is_cut=is_cut)
        self.ended = True
        responded = self._responded(response, output)
        responded = replace(responded, cut=is_cut or responded.cut)
        self._record(items, responded)
        yield responded

    def _responded(self, response: Sent, output: Sequence[Sent]) -> Responded:
        told = [said for item in output for said in _said(item)]
        if not any(said.text or said.thoughts or said.written for said in told):
            text, _ = without_markers("".join(self._deltas))
            told.append(without_leaks(ModelSaid(text)))
        asked = (item for item in output if kind_of(item) == "mcp_approval_request")
        drawn = (item for item in output if kind_of(item) == "image_generation_call")
        return replace(
            joined(told),
            usage=usage_of(response, output),
            wanted=tuple(wanted for item in asked if (wanted := approval_wanted(item))),
            failed_tools=tool_failures.failed_in(output),
            contents={item.text("id"): image for item in drawn if (image := image_of(item))},
        )

    def _record(self, items: Sequence[tuple[Sent, PartialCall]], responded: Responded) -> None:
        """Note all that was written, as a conversation would hold it."""
        reader = ItemReader()
        for item, call in items:
            is_call = kind_of(item) == "function_call"
            self._items += filter(None, [call.reported]) if is_call else reader.read(item)
        if responded.text and not any(isinstance(i, ModelSaid) and i.text for i in self._items):
            self._items.insert(
                0, ModelSaid(responded.text, responded.citations, written=responded.written)
            )
        for place, said in reversed([*enumerate(self._items)]):
            if responded.cut and isinstance(said, ModelSaid):
                self._items[place] = replace(said, cut=True)
                break
        self._items += [call for call in self._calls.reported if call not in self._items]


def _kind(event: Sent) -> str:
    if kind := event.optional_text("type"):
        return kind
    status = event.part("response").optional_text("status")
    return f"response.{status}" if status in _ENDED else ""


def _is_useful(responded: Responded) -> bool:
    return bool(responded.text or responded.written or responded.wanted or responded.files)


def _is_cut_call(item: Sent) -> bool:
    return kind_of(item) == "function_call" and item.optional_text("status") == "incomplete"


def _call(item: Sent) -> PartialCall:
    id_, call_id = item.optional_text("id"), item.optional_text("call_id")
    function = item.part("function") or item  # as in chat completions
    return PartialCall(id_, call_id, function.optional_text("name"), function.raw("arguments"))


def _said(item: Sent) -> Iterator[ModelSaid]:
    match kind_of(item):
        case "message":
            yield model_said(item)
        case "image_generation_call" if image := image_made(item):
            yield image
