"""The entries of a turn's journal.

An entry before an outside effect (``…Asked``, ``…Started``) says that the effect may have happened;
the one after it says that it has.

An expert that consults others does for them what the router does; the entries then name it in *by*.
"""

from dataclasses import dataclass, field

from bot.panel.citations import Citation
from bot.panel.journal.failures import Failure
from bot.panel.made_files import MadeFile, StoredFile
from bot.panel.model import (
    Call,
    CallId,
    ConsultationPath,
    ConversationId,
    ExpertName,
    FileId,
    MessageTs,
    Persona,
    UserId,
)
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class _Dated:
    # Milliseconds since 1970, set when it is appended; events that differ in it alone are equal.
    at: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class _OfRound(_Dated):
    # The call of the expert who consults others; None: the router.
    by: CallId | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class AuthorsRead(_Dated):
    """Models are about to read what these people, or apps, wrote besides the turn's own messages.

    *words_of* wrote what a button or a decision is about; *context_of*, what was said before: of
    what models had not read, the first message is *unread_since*.
    """

    words_of: tuple[UserId, ...] = ()
    context_of: tuple[UserId, ...] = ()
    unread_since: MessageTs | None = None


@dataclass(frozen=True, slots=True)
class ConversationOpened(_Dated):
    """A conversation is there in which nothing was asked yet: on *path*, or the router's."""

    path: ConsultationPath | None
    id: ConversationId


@dataclass(frozen=True, slots=True)
class LikelihoodsAsked(_Dated):
    """A model is about to be asked how likely each expert is wanted."""


@dataclass(frozen=True, slots=True)
class LikelihoodsJudged(_Dated):
    """That is known now, or, where the *likelihoods* are empty, will not be known."""

    likelihoods: Likelihoods
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class RouterAsked(_OfRound):
    """The messages are about to be sent to the router.

    *answering* are calls of unknown experts that it made before: it chooses once more.
    """

    answering: tuple[CallId, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterBegan(_OfRound):
    """The router has begun to answer; *response* is the id of the response."""

    response: str


@dataclass(frozen=True, slots=True)
class ExpertCalled(_Dated):
    """The router, or a person directly, has called an expert."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallAdopted(_Dated):
    """The router, asked again after a crash, repeated a call that was already started."""

    call_id: CallId
    known_as: CallId


@dataclass(frozen=True, slots=True)
class StrangerCalled(_OfRound):
    """The router has called an expert that is not on the panel, or one more than a turn may."""

    call_id: CallId
    name: str
    written: bool = False  # as text: the conversation does not hold it as a call
    limit: int = 0  # how many consultations a turn may have, where it called one more


@dataclass(frozen=True, slots=True)
class Routed(_OfRound):
    """The router has made all its calls. *text* is what it said itself."""

    text: str = ""
    direct: bool = False  # people named the experts; the router has not read the message yet
    usage: Usage = NO_USAGE
    model: str = ""  # the fallback that answered, if one did
    cut: bool = False  # it was cut off before its end
    why: str = ""  # it was cut off, and not asked again: a sentence for people
    likelihoods: Likelihoods | None = None  # by which it chose, if it told any
    threshold: float = 0.0  # from which likelihood experts were called; 0: by none


@dataclass(frozen=True, slots=True)
class ExpertAsked(_Dated):
    """The question is about to be sent to the expert."""

    call_id: CallId
    model: str = ""
    without: tuple[str, ...] = ()  # MCP servers and collections that had failed by then


@dataclass(frozen=True, slots=True)
class ExpertAnswered(_Dated):
    """An expert has answered."""

    call_id: CallId
    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # the fallback that answered, if one did
    cut: bool = False  # it was cut off before its end


@dataclass(frozen=True, slots=True)
class ApprovalAsked(_Dated):
    """An expert needs approval of a tool; another turn continues from there."""

    call_id: CallId
    wanted: tuple[ApprovalWanted, ...]
    text: str = ""  # what it said before that
    usage: Usage = NO_USAGE
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # the fallback that answered, if one did


@dataclass(frozen=True, slots=True)
class ExpertFailed(_Dated):
    """An expert has failed; the rest of the panel continues."""

    call_id: CallId
    failure: Failure
    begun: str = ""  # what people saw of the unfinished answer, sanitized
    why: str = ""  # the reason that a function gave for refusing
    wait: float = 0  # seconds that the model's side asked us to wait, if it has too much to do


@dataclass(frozen=True, slots=True)
class UploadOpened(_Dated):
    """The bytes of a file that an expert made are about to be sent, to become the file *id*."""

    call_id: CallId
    file: str
    id: FileId


@dataclass(frozen=True, slots=True)
class FileStored(_Dated):
    """A file that an expert made was uploaded; nobody sees it until a message shows it."""

    call_id: CallId
    file: str
    exhibit: StoredFile


@dataclass(frozen=True, slots=True)
class ClosingStarted(_OfRound):
    """The experts' outputs are about to be sent to the router."""


@dataclass(frozen=True, slots=True)
class Closed(_Dated):
    """The router has the outputs. *text* is its synthesis; empty if none was wanted."""

    text: str = ""
    usage: Usage = NO_USAGE
    model: str = ""  # the fallback that answered, if one did
    cut: bool = False  # it was cut off before its end
    missing: bool = False  # a synthesis was wanted, and the model's side did not write it
    why: str = ""  # … because of this, where it was not asked


@dataclass(frozen=True, slots=True)
class PostStarted(_Dated):
    """A message is about to be posted."""

    part: str


@dataclass(frozen=True, slots=True)
class Posted(_Dated):
    """The message was posted."""

    part: str
    ts: MessageTs


@dataclass(frozen=True, slots=True)
class StreamStarted(_Dated):
    """A stream is about to be opened."""

    part: str
    persona: Persona | None = None
    expert: ExpertName | None = None


@dataclass(frozen=True, slots=True)
class StreamOpened(_Dated):
    """The stream is open and shows *text*, which is sanitized like all that is added later."""

    part: str
    ts: MessageTs
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrowing(_Dated):
    """*text* is about to be added to the stream."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class StreamGrown(_Dated):
    """The text was added; if not *added*, it certainly was not."""

    part: str
    added: bool = True


@dataclass(frozen=True, slots=True)
class StreamBroken(_Dated):
    """The stream has ended by itself: nothing can be added any more, nor metadata."""

    part: str


@dataclass(frozen=True, slots=True)
class StreamWithdrawn(_Dated):
    """The stream's message was deleted, if it existed."""

    part: str


@dataclass(frozen=True, slots=True)
class Retried(_Dated):
    """Somebody retried the turn after it was given up."""


StreamEvent = (
    StreamStarted | StreamOpened | StreamGrowing | StreamGrown | StreamBroken | StreamWithdrawn
)

TurnEvent = (
    AuthorsRead
    | ConversationOpened
    | LikelihoodsAsked
    | LikelihoodsJudged
    | RouterAsked
    | RouterBegan
    | ExpertCalled
    | CallAdopted
    | StrangerCalled
    | Routed
    | ExpertAsked
    | ExpertAnswered
    | ApprovalAsked
    | ExpertFailed
    | UploadOpened
    | FileStored
    | ClosingStarted
    | Closed
    | PostStarted
    | Posted
    | StreamEvent
    | Retried
)
