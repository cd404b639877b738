"""The entries of a turn's journal.

An entry before an outside effect (``…Asked``, ``…Started``) says that the effect may have happened;
the one after it says that it has.

An expert that consults others does for them what the router does; the entries then name it in *by*.
"""

from dataclasses import dataclass

from bot.panel.citations import Citation
from bot.panel.journal.dated import Dated, OfRound
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import PostEvent
from bot.panel.made_files import MadeFile, StoredFile
from bot.panel.model import (
    Call,
    CallId,
    ConsultationPath,
    ConversationId,
    FileId,
    MessageTs,
    UserId,
)
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class AuthorsRead(Dated):
    """Models are about to read what these people, or apps, wrote besides the turn's own messages.

    *words_of* wrote what a button or a decision is about; *context_of*, what was said before: of
    what models had not read, the first message is *unread_since*.
    """

    words_of: tuple[UserId, ...] = ()
    context_of: tuple[UserId, ...] = ()
    unread_since: MessageTs | None = None


@dataclass(frozen=True, slots=True)
class ConversationOpened(Dated):
    """A conversation is there in which nothing was asked yet: on *path*, or the router's."""

    path: ConsultationPath | None
    id: ConversationId


@dataclass(frozen=True, slots=True)
class LikelihoodsAsked(Dated):
    """A model is about to be asked how likely each expert is wanted."""


@dataclass(frozen=True, slots=True)
class LikelihoodsJudged(Dated):
    """That is known now, or, where the *likelihoods* are empty, will not be known."""

    likelihoods: Likelihoods
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class RouterAsked(OfRound):
    """The messages are about to be sent to the router.

    *answering* are calls of unknown experts that it made before: it chooses once more.
    """

    answering: tuple[CallId, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterBegan(OfRound):
    """The router has begun to answer; *response* is the id of the response."""

    response: str


@dataclass(frozen=True, slots=True)
class ExpertCalled(Dated):
    """The router, or a person directly, has called an expert."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallAdopted(Dated):
    """The router, asked again after a crash, repeated a call that was already started."""

    call_id: CallId
    known_as: CallId


@dataclass(frozen=True, slots=True)
class StrangerCalled(OfRound):
    """The router has called an expert that is not on the panel, or one more than a turn may."""

    call_id: CallId
    name: str
    written: bool = False  # as text: the conversation does not hold it as a call
    limit: int = 0  # how many consultations a turn may have, where it called one more


@dataclass(frozen=True, slots=True)
class Routed(OfRound):
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
class ExpertAsked(Dated):
    """The question is about to be sent to the expert."""

    call_id: CallId
    model: str = ""
    without: tuple[str, ...] = ()  # MCP servers and collections that had failed by then


@dataclass(frozen=True, slots=True)
class ExpertAnswered(Dated):
    """An expert has answered."""

    call_id: CallId
    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # the fallback that answered, if one did
    cut: bool = False  # it was cut off before its end


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Dated):
    """An expert needs approval of a tool; another turn continues from there."""

    call_id: CallId
    wanted: tuple[ApprovalWanted, ...]
    text: str = ""  # what it said before that
    usage: Usage = NO_USAGE
    files: tuple[MadeFile, ...] = ()
    model: str = ""  # the fallback that answered, if one did


@dataclass(frozen=True, slots=True)
class ExpertFailed(Dated):
    """An expert has failed; the rest of the panel continues."""

    call_id: CallId
    failure: Failure
    begun: str = ""  # what people saw of the unfinished answer, sanitized
    why: str = ""  # the reason that a function gave for refusing
    wait: float = 0  # seconds that the model's side asked us to wait, if it has too much to do


@dataclass(frozen=True, slots=True)
class UploadOpened(Dated):
    """The bytes of a file that an expert made are about to be sent, to become the file *id*."""

    call_id: CallId
    file: str
    id: FileId


@dataclass(frozen=True, slots=True)
class FileStored(Dated):
    """A file that an expert made was uploaded; nobody sees it until a message shows it."""

    call_id: CallId
    file: str
    exhibit: StoredFile


@dataclass(frozen=True, slots=True)
class ClosingStarted(OfRound):
    """The experts' outputs are about to be sent to the router."""


@dataclass(frozen=True, slots=True)
class Closed(Dated):
    """The router has the outputs. *text* is its synthesis; empty if none was wanted."""

    text: str = ""
    usage: Usage = NO_USAGE
    model: str = ""  # the fallback that answered, if one did
    cut: bool = False  # it was cut off before its end
    missing: bool = False  # a synthesis was wanted, and the model's side did not write it
    why: str = ""  # … because of this, where it was not asked


@dataclass(frozen=True, slots=True)
class Retried(Dated):
    """Somebody retried the turn after it was given up."""


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
    | PostEvent
    | Retried
)
