"""The entries about what is posted: messages, and streams, which grow before they are whole."""

from dataclasses import dataclass

from bot.panel.journal.dated import Dated
from bot.panel.model import ExpertName, MessageTs, Persona


@dataclass(frozen=True, slots=True)
class PostStarted(Dated):
    """A message is about to be posted."""

    part: str


@dataclass(frozen=True, slots=True)
class Posted(Dated):
    """The message was posted."""

    part: str
    ts: MessageTs


@dataclass(frozen=True, slots=True)
class StreamStarted(Dated):
    """A stream is about to be opened."""

    part: str
    persona: Persona | None = None
    expert: ExpertName | None = None


@dataclass(frozen=True, slots=True)
class StreamOpened(Dated):
    """The stream is open and shows *text*, which is sanitized like all that is added later."""

    part: str
    ts: MessageTs
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrowing(Dated):
    """*text* is about to be added to the stream."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrown(Dated):
    """The text was added; if not *added*, it certainly was not."""

    part: str
    added: bool = True


@dataclass(frozen=True, slots=True)
class StreamBroken(Dated):
    """The stream has ended by itself: nothing can be added any more, nor metadata."""

    part: str


@dataclass(frozen=True, slots=True)
class StreamWithdrawn(Dated):
    """The stream's message was deleted, if it existed."""

    part: str


StreamEvent = (
    StreamStarted | StreamOpened | StreamGrowing | StreamGrown | StreamBroken | StreamWithdrawn
)

PostEvent = PostStarted | Posted | StreamEvent
