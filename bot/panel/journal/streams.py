"""What is known of a stream, from the journal."""

from dataclasses import dataclass, replace

from bot.panel.journal.post_events import StreamBroken, StreamGrowing, StreamGrown, StreamOpened
from bot.panel.model import ExpertName, MessageTs, Persona


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
