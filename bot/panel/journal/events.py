"""What happens during a turn: the entries of its journal.

An expert that consults others is a router to them: the router's entries are then told *by* it.

An entry before an outside effect (``…Asked``, ``…Started``) says that the effect may
have happened; the one after it says that it has.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.panel.made_files import MadeFile, StoredFile
from bot.panel.model import NO_USAGE, Call, CallId, Citation, ExpertName, MessageTs, Persona, Usage
from bot.panel.tools import ApprovalWanted


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
    TOOLS = "tools"  # a tool of the expert is unknown to the model's side, or out of reach
    STOPPED = "stopped"  # somebody did not want the answer any more
    LEFT = "left"  # the expert was taken off the panel meanwhile
    FUNCTION = "function"  # the function that is the expert broke
    MISSING = "missing"  # no package registers that function (any more)
    REFUSED = "refused"  # the function will not answer, and says why
    FORGOT = "forgot"  # the conversation in which approval was wanted is gone


@dataclass(frozen=True, slots=True)
class _Dated:
    # Milliseconds since 1970, set as it is noted: the same event noted again is still the same.
    at: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class _OfRound(_Dated):
    # The call of the expert who consults others, as the router does; None: the router itself.
    by: CallId | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class RouterAsked(_OfRound):
    """The people's words are about to go to the router."""


@dataclass(frozen=True, slots=True)
class RouterBegan(_OfRound):
    """The router has begun to answer; *response* is what its answer is called."""

    response: str


@dataclass(frozen=True, slots=True)
class ExpertCalled(_Dated):
    """The router, or a person directly, wants to hear an expert."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallAdopted(_Dated):
    """The router, asked again after a crash, made a call that has already been started."""

    call_id: CallId
    known_as: CallId


@dataclass(frozen=True, slots=True)
class StrangerCalled(_OfRound):
    """The router called an expert that is not on the panel."""

    call_id: CallId
    name: str


@dataclass(frozen=True, slots=True)
class Routed(_OfRound):
    """No further calls will come. *text* is what the router itself said."""

    text: str = ""
    direct: bool = False  # people named the experts; the router has not seen the message yet
    usage: Usage = NO_USAGE
    model: str = ""  # that answered in place of the one that was asked


@dataclass(frozen=True, slots=True)
class ExpertAsked(_Dated):
    """The question is about to go to the expert."""

    call_id: CallId
    model: str = ""


@dataclass(frozen=True, slots=True)
class ExpertAnswered(_Dated):
    """An expert finished."""

    call_id: CallId
    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # that answered in place of the one that was asked


@dataclass(frozen=True, slots=True)
class ApprovalAsked(_Dated):
    """An expert came to where people have to approve of a tool; another turn goes on from there."""

    call_id: CallId
    wanted: tuple[ApprovalWanted, ...]
    text: str = ""  # what it said before
    usage: Usage = NO_USAGE
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # that answered in place of the one that was asked


@dataclass(frozen=True, slots=True)
class ExpertFailed(_Dated):
    """An expert gave up; the rest of the panel carries on."""

    call_id: CallId
    failure: Failure
    begun: str = ""  # what people saw of the answer, neutralised, before it broke off
    why: str = ""  # in the words of a function that refused


@dataclass(frozen=True, slots=True)
class FileStored(_Dated):
    """Slack holds a file that an expert made; nobody sees it before a message shows it."""

    call_id: CallId
    file: str
    exhibit: StoredFile


@dataclass(frozen=True, slots=True)
class ClosingStarted(_OfRound):
    """The experts' outputs are about to go to the router."""


@dataclass(frozen=True, slots=True)
class Closed(_Dated):
    """The router has everything. *text* is its synthesis; empty where none was wanted."""

    text: str = ""
    usage: Usage = NO_USAGE
    model: str = ""  # that answered in place of the one that was asked


@dataclass(frozen=True, slots=True)
class PostStarted(_Dated):
    """A message is about to be posted."""

    part: str


@dataclass(frozen=True, slots=True)
class Posted(_Dated):
    """Slack has the message."""

    part: str
    ts: MessageTs


@dataclass(frozen=True, slots=True)
class StreamStarted(_Dated):
    """A message that grows while it is written is about to be posted."""

    part: str
    persona: Persona | None = None
    expert: ExpertName | None = None


@dataclass(frozen=True, slots=True)
class StreamOpened(_Dated):
    """Slack has the message; it shows *text*, neutralised, as all that it will be told to show."""

    part: str
    ts: MessageTs
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrowing(_Dated):
    """The message is about to be told to show *text*, too."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrown(_Dated):
    """It does; or, if not *added*, it certainly does not."""

    part: str
    added: bool = True


@dataclass(frozen=True, slots=True)
class StreamBroken(_Dated):
    """The message shows what it shows: it can neither grow any more nor carry a stamp."""

    part: str


@dataclass(frozen=True, slots=True)
class StreamWithdrawn(_Dated):
    """The message is gone, if it ever was there."""

    part: str


@dataclass(frozen=True, slots=True)
class Retried(_Dated):
    """Somebody wants the turn tried again, after it was given up."""


StreamEvent = (
    StreamStarted | StreamOpened | StreamGrowing | StreamGrown | StreamBroken | StreamWithdrawn
)

TurnEvent = (
    RouterAsked
    | RouterBegan
    | ExpertCalled
    | CallAdopted
    | StrangerCalled
    | Routed
    | ExpertAsked
    | ExpertAnswered
    | ApprovalAsked
    | ExpertFailed
    | FileStored
    | ClosingStarted
    | Closed
    | PostStarted
    | Posted
    | StreamEvent
    | Retried
)
