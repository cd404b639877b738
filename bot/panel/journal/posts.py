"""What a turn has posted and streams, from its journal; each message has a part name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.panel.journal.post_events import (
    Posted,
    PostEvent,
    PostStarted,
    StreamBroken,
    StreamGrowing,
    StreamGrown,
    StreamOpened,
    StreamStarted,
    StreamWithdrawn,
)
from bot.panel.model import Call, ExpertName, MessageTs, Persona

PLAN, GAVE_UP, STEERED, FILES, LATE = "plan", "gave-up", "steered", "files", "late"
UNREAD, DELAYED, LEFT_OUT, TOO_MANY = "unread", "delayed", "left-out", "too-many"
_ASIDES = re.compile(  # not part of an answer
    rf"({PLAN}|{STEERED}|{FILES}|{LATE}|{UNREAD}|{LEFT_OUT}|{TOO_MANY}"
    rf"|({GAVE_UP}|{DELAYED})(-\d+)?)(:\d+)?"
)


def approval_part(call: Call) -> str:
    """Return the part name of the message that asks for approval of what *call* wants."""
    return f"approval:{call.id}"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream, as far as we know its state."""

    persona: Persona | None = None
    expert: ExpertName | None = None
    ts: MessageTs | None = None  # None: it may or may not exist
    shown: str = ""
    growing: str | None = None  # what may or may not have been added
    open: bool = True

    @property
    def is_sure(self) -> bool:
        """Whether we know what it shows."""
        return self.ts is not None and self.growing is None

    def after(self, event: StreamOpened | StreamGrowing | StreamGrown | StreamBroken) -> "Stream":
        match event:
            case StreamOpened(_, ts, text):
                return replace(self, ts=ts, shown=text)
            case StreamGrowing(_, text):
                return replace(self, growing=text)
            case StreamGrown(_, added):
                shown = self.shown + (self.growing or "") if added else self.shown
                return replace(self, shown=shown, growing=None)
            case StreamBroken():
                return replace(self, open=False)

    def closed(self) -> "Stream":
        return replace(self, shown=self.shown + (self.growing or ""), growing=None, open=False)


@dataclass(frozen=True, slots=True)
class Posts:
    """The messages of a turn by their parts."""

    posting: frozenset[str] = frozenset()  # may have been posted
    posted: Mapping[str, MessageTs] = field(default_factory=dict)
    streams: Mapping[str, Stream] = field(default_factory=dict)

    @property
    def said_something(self) -> bool:
        """Whether any part of an answer was posted, even if it is a failure."""
        return any(not _ASIDES.fullmatch(part) for part in self.posted)

    def after(self, event: PostEvent) -> "Posts":
        match event:
            case PostStarted(part):
                return replace(self, posting=self.posting | {part})
            case Posted(part, ts):
                return self._posted(part, ts)
            case StreamStarted(part, persona, expert):
                return replace(self, streams={**self.streams, part: Stream(persona, expert)})
            case StreamOpened() | StreamGrowing() | StreamGrown():
                return self._streamed(event)
            case StreamBroken(part):
                return replace(self._streamed(event), posting=self.posting - {part})
            case StreamWithdrawn(part):
                return self._withdrawn(part)

    def _streamed(
        self, event: StreamOpened | StreamGrowing | StreamGrown | StreamBroken
    ) -> "Posts":
        stream = self.streams.get(event.part, Stream()).after(event)
        return replace(self, streams={**self.streams, event.part: stream})

    def _posted(self, part: str, ts: MessageTs) -> "Posts":
        streams = self.streams
        if part in streams:
            streams = {**streams, part: streams[part].closed()}
        return Posts(self.posting - {part}, {**self.posted, part: ts}, streams)

    def _withdrawn(self, part: str) -> "Posts":
        """A stream that never opened cannot be what was being posted: that is looked for."""
        stream = self.streams.get(part)
        posting = self.posting if stream and stream.ts is None else self.posting - {part}
        posted = {other: ts for other, ts in self.posted.items() if other != part}
        streams = {other: stream for other, stream in self.streams.items() if other != part}
        return Posts(posting, posted, streams)
