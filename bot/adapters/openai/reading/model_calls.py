"""The calls of one response, as its stream tells of them: in pieces, twice, or at its end only.

1. Servers number calls as they like: all may have one ``output_index``, one id, or none. So what is
   told again is recognized by what it says, and ids only decide where that is not enough.
2. Each source (the events of arguments, those of items, the end) tells of a call once at most. So
   one that says the same twice means two calls.
3. A call is reported as soon as it is complete and has a name and an id; the end has to do. One
   whose arguments cannot be read waits for the end: if the response was cut, so was the call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.openai.reading.call_ids import CallIds
from bot.adapters.openai.reading.items import read_arguments, tool_called
from bot.panel.language_model.exchange import ToolCalled


@dataclass(slots=True, eq=False)
class PartialCall:
    """A call, as far as the server has told of it."""

    item: str = ""  # the id of its item
    id: str = ""  # as the server has it
    name: str = ""
    arguments: object = ""
    is_complete: bool = False
    sources: set[str] = field(default_factory=set)
    reported: ToolCalled | None = None

    @property
    def content(self) -> tuple[str, Mapping[str, str]]:
        """What is called, and with what."""
        return self.name, read_arguments(self.arguments)

    def learn(self, told: "PartialCall", source: str) -> None:
        """Take what *source* says besides."""
        self.item, self.id = self.item or told.item, self.id or told.id
        self.name, self.arguments = self.name or told.name, told.arguments or self.arguments
        self.is_complete = True
        self.sources.add(source)


class ModelCalls:
    """The calls so far; *ids* gives each its own id."""

    def __init__(self, ids: CallIds) -> None:
        self._ids = ids
        self._calls: list[PartialCall] = []

    @property
    def reported(self) -> Sequence[ToolCalled]:
        """The calls that were reported."""
        return [call.reported for call in self._calls if call.reported]

    def begin(self, call: PartialCall) -> None:
        """Note that *call* is being written."""
        self._calls.append(call)

    def write_arguments(self, item: str, piece: str) -> None:
        """Add a *piece* to the arguments of the call that is being written in *item*."""
        if call := self._find_open(item):
            call.arguments = f"{call.arguments or ''}{piece}"

    def complete_arguments(self, told: PartialCall) -> Iterator[ToolCalled]:
        """Report the call that is being written in an item, whose arguments are complete."""
        call = self._find_open(told.item)
        if call and told.arguments:
            call.learn(told, "arguments")
            yield from self._report_if_ready(call)

    def complete(self, told: PartialCall, source: str) -> Iterator[ToolCalled]:
        """Report a call that, *source* says, is complete; not if that has been done."""
        yield from self._report_if_ready(self._known([told], source)[0])

    def end(self, told: Sequence[PartialCall], *, is_cut: bool = False) -> Iterator[ToolCalled]:
        """Report what is left of the calls when the response, which holds those *told*, ends."""
        known = self._known(told, "end")
        for call in self._calls:
            is_readable = bool(call.content[1])
            is_whole = is_readable if is_cut else call.is_complete or (is_readable and not known)
            if is_whole and not call.reported:
                yield self._report(call)
        for call, one in zip(known, told, strict=True):
            one.reported = call.reported

    def _find_open(self, item: str) -> PartialCall | None:
        """Return the call that is being written in *item*, if there can be no doubt."""
        still_open = [call for call in self._calls if not call.is_complete]
        found = [call for call in still_open if item and call.item == item] or still_open
        return found[0] if len(found) == 1 else None

    def _report_if_ready(self, call: PartialCall) -> Iterator[ToolCalled]:
        if call.id and call.name and call.content[1] and not call.reported:
            yield self._report(call)

    def _report(self, call: PartialCall) -> ToolCalled:
        id_ = self._ids.of_call(call.id, call.item)
        call.reported = tool_called(id_, call.name, call.arguments)
        return call.reported

    def _known(self, told: Sequence[PartialCall], source: str) -> Sequence[PartialCall]:
        """Return the calls that are *told*, each as it is known by now, the likeliest first."""
        left = [call for call in self._calls if source not in call.sources]
        known: dict[int, PartialCall] = {}
        for likeness in range(_MOST_ALIKE, 0, -1):
            for place, one in enumerate(told):
                alike = (call for call in left if _likeness(call, one) == likeness)
                if place not in known and (call := next(alike, None)):
                    left.remove(call)
                    known[place] = call
        for place, one in enumerate(told):
            if place not in known:
                self._calls.append(one)
            known.setdefault(place, one).learn(one, source)
        return [known[place] for place in range(len(told))]


_MOST_ALIKE = 5


def _likeness(known: PartialCall, told: PartialCall) -> int:
    """Return how sure it is that both are the same call; 0: they are two."""
    same_item = known.item == told.item != ""
    same_id = known.id == told.id != ""
    if known.content == told.content:
        return 5 if same_item else 4 if same_id else 3
    if (known.name and told.name and known.name != told.name) or (
        known.is_complete and known.content[1] and told.content[1]
    ):
        return 0
    return 2 if same_item else 1 if same_id else 0
