"""What happens during a turn: the entries of its journal.

An entry before an outside effect (``…Asked``, ``…Started``) says that the effect may
have happened; the one after it says that it has.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.panel.model import NO_USAGE, Call, CallId, Citation, MessageTs, Usage


class Failure(StrEnum):
    """Why an expert did not answer; each has its own honest line."""

    SLOW = "slow"
    UNAVAILABLE = "unavailable"
    QUOTA = "quota"
    ACCESS = "access"
    MODEL = "model"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    BROKEN = "broken"
    DOCUMENTS = "documents"  # the expert's documents are gone
    LEFT = "left"  # the expert was taken off the panel meanwhile


@dataclass(frozen=True, slots=True)
class RouterAsked:
    """The people's words are about to go to the router."""


@dataclass(frozen=True, slots=True)
class ExpertCalled:
    """The router, or a person directly, wants to hear an expert."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallAdopted:
    """The router, asked again after a crash, made a call that has already been started."""

    call_id: CallId
    known_as: CallId


@dataclass(frozen=True, slots=True)
class StrangerCalled:
    """The router called an expert that is not on the panel."""

    call_id: CallId
    name: str


@dataclass(frozen=True, slots=True)
class Routed:
    """No further calls will come. *text* is what the router itself said."""

    text: str = ""
    direct: bool = False  # people named the experts; the router has not seen the message yet
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class ExpertAsked:
    """The question is about to go to the expert."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class ExpertAnswered:
    """An expert finished."""

    call_id: CallId
    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpertFailed:
    """An expert gave up; the rest of the panel carries on."""

    call_id: CallId
    failure: Failure


@dataclass(frozen=True, slots=True)
class ClosingStarted:
    """The experts' outputs are about to go to the router."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The router has everything. *text* is its synthesis; empty where none was wanted."""

    text: str = ""
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class PostStarted:
    """A message is about to be posted."""

    part: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Slack has the message."""

    part: str
    ts: MessageTs


TurnEvent = (
    RouterAsked
    | ExpertCalled
    | CallAdopted
    | StrangerCalled
    | Routed
    | ExpertAsked
    | ExpertAnswered
    | ExpertFailed
    | ClosingStarted
    | Closed
    | PostStarted
    | Posted
)
