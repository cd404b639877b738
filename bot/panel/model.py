"""The nouns: immutable values that every other module speaks in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import NewType

TurnId = NewType("TurnId", str)
ExpertName = NewType("ExpertName", str)
ConsultationPath = NewType("ConsultationPath", str)  # who consults whom: "legal", "legal/tax"
ConversationId = NewType("ConversationId", str)
CallId = NewType("CallId", str)
UserId = NewType("UserId", str)
MessageTs = NewType("MessageTs", str)
CollectionId = NewType("CollectionId", str)  # of documents
DocumentId = NewType("DocumentId", str)
ToolName = NewType("ToolName", str)  # of what an expert may use: "web-search", "mcp:LABEL"
FileId = NewType("FileId", str)  # of what people share
RequestId = NewType("RequestId", str)  # of the model's side: its request for approval
ApprovalId = NewType("ApprovalId", str)  # of ours: what people are asked with one message


class Role(StrEnum):
    """What a person may do in the workspace."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # from another organisation


class Synthesis(StrEnum):
    """When the router closes a turn with a summary of its own."""

    AUTO = "auto"  # with two or more answers
    ALWAYS = "always"
    NEVER = "never"


class Effort(StrEnum):
    """How hard a model thinks before it answers."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """One Slack thread; where people and the panel talk."""

    team_id: str
    channel_id: str
    thread_ts: str

    @property
    def place(self) -> str:
        """The thread as operators name it: ``CHANNEL/TS``."""
        return f"{self.channel_id}/{self.thread_ts}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace."""

    id: UserId
    name: str
    role: Role
    locale: str = ""  # as Slack writes it: "pt-BR"; empty where that is not known


class Wish(StrEnum):
    """What somebody wants at the press of a button."""

    ASK = "ask"  # the panel, which the router is to choose from
    AGAIN = "again"
    DEEPER = "deeper"  # with the harder model
    ANOTHER = "another"  # an expert who was not asked
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Steer:
    """A pressed button instead of words, and what it is about: what people said meanwhile."""

    wish: Wish
    since: MessageTs
    until: MessageTs  # this one, too
    experts: tuple[ExpertName, ...] = ()  # who is to answer, where that is somebody


class Decision(StrEnum):
    """What became of the wish to use a tool that needs approval."""

    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"  # nobody has decided in time: it counts as declined


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on what an expert may do; the expert goes on from there."""

    approval: ApprovalId
    decision: Decision
    at: int  # seconds since 1970
    about: MessageTs  # the first message of the turn that it began in


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that somebody has shared: what is known of it before it is fetched."""

    id: FileId
    name: str
    media_type: str = ""
    size: int = 0  # bytes; 0 where that is not known yet


@dataclass(frozen=True, slots=True)
class Message:
    """What one person said to the panel, as Slack wrote it (mentions are still ids)."""

    ts: MessageTs
    author: UserId
    text: str  # without the mention of the bot that it began with
    mentioned: bool = False  # whether the bot was mentioned in it, or it came as a direct message
    files: tuple[SharedFile, ...] = ()  # what came with it
    steer: Steer | None = None  # a button was pressed: the text is empty, and ts is when
    verdict: Verdict | None = None  # of the author, or nobody's where it came too late
    handles: tuple[ExpertName, ...] = ()  # the experts whose handles were mentioned in it


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something said in a thread, as a model reads it."""

    ts: MessageTs
    speaker: str
    text: str
    files: tuple[SharedFile, ...] = ()  # the text names them


@dataclass(frozen=True, slots=True)
class Turn:
    """One or more messages that are answered together, and the unit of work until they are."""

    id: TurnId  # of team, channel and ts of the first that came: delivered again, it is the same
    thread: ThreadRef
    messages: tuple[Message, ...]  # as they were said

    @classmethod
    def of(cls, thread: ThreadRef, queued: Sequence[Message]) -> "Turn":
        """Return the turn of messages that were *queued* together; one may overtake another."""
        name = TurnId(f"{thread.team_id}:{thread.channel_id}:{queued[0].ts}")
        said = sorted(queued, key=lambda one: (one.ts.find("."), one.ts))  # as numbers
        return cls(name, thread, tuple(said))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to answer in it: somebody has only mentioned us."""
        return not any(m.text or m.files or m.steer or m.verdict for m in self.messages)

    @property
    def steer(self) -> Steer | None:
        """The button that was pressed, if the turn is that; it is queued alone."""
        return self.messages[0].steer

    @property
    def verdict(self) -> Verdict | None:
        """The decision that it goes on from, if it is that; it is queued alone."""
        return self.messages[0].verdict

    @property
    def about(self) -> MessageTs:
        """The first message that it answers."""
        if self.verdict:
            return self.verdict.about
        return self.steer.since if self.steer else self.messages[0].ts

    @property
    def mentions_bot(self) -> bool:
        """Whether somebody has mentioned us in it."""
        return any(message.mentioned for message in self.messages)

    def since_mention(self) -> "Turn":
        """Return the turn without what people said among themselves before they called us."""
        mentions = [n for n, message in enumerate(self.messages) if message.mentioned]
        return replace(self, messages=self.messages[mentions[0] :]) if mentions else self

    @property
    def asker(self) -> UserId:
        """Who spoke last."""
        return self.messages[-1].author


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn in the hands of one worker, until the lease ends."""

    turn: Turn
    token: int  # fencing: grows with each claim of the thread; only the newest may act
    attempt: int  # 1 for the first worker that has it
    postponed: int = 0  # how often it was put off because something failed
    deaths: int = 0  # how many workers died or were cut off with it in their hands
    requested_at: float = inf  # by this process's clock: the lease began then or later


@dataclass(frozen=True, slots=True)
class Persona:
    """How an expert looks in Slack."""

    name: str
    icon: str  # an emoji's name with colons: ":scales:"


@dataclass(frozen=True, slots=True)
class Expert:
    """A named specialist with its own instructions and, in each thread, its own conversation."""

    name: ExpertName  # lower case, unique in a panel: what people type
    title: str  # what people read: the persona's display name
    icon: str
    purpose: str  # one line: what to ask it for
    instructions: str
    model: str | None = None  # None: the configured one
    effort: Effort = Effort.LOW
    collections: tuple[CollectionId, ...] = ()  # the documents that it can look things up in
    always_consult: bool = False  # look them up for every question, not only where they help
    consults: tuple[ExpertName, ...] = ()  # whom it may ask itself, if they are on the panel
    function: str | None = None  # the entry point of the function that answers; None: a model
    tools: tuple[ToolName, ...] = ()  # of those that this installation allows

    @property
    def persona(self) -> Persona:
        """The face it answers with."""
        return Persona(self.title, self.icon)


@dataclass(frozen=True, slots=True)
class Panel:
    """The experts that answer in one thread, and how."""

    experts: tuple[Expert, ...]
    synthesis: Synthesis = Synthesis.AUTO
    streaming: bool | None = None  # whether replies grow as they are written; None: as is usual

    def find(self, name: str) -> Expert | None:
        """Return the expert called *name* (as typed or as titled, in any case), if there is one.

        A name goes before a title: scopes put together may hold one expert's name as
        another's title.
        """
        wanted = name.casefold()
        named = (e for e in self.experts if e.name == wanted)
        titled = (e for e in self.experts if e.title.casefold() == wanted)
        return next(named, None) or next(titled, None)

    def persona(self, name: ExpertName) -> Persona:
        """Return the face of the expert; a plain one if it has left the panel meanwhile."""
        expert = self.find(name)
        return expert.persona if expert else Persona(name, ":bust_in_silhouette:")


@dataclass(frozen=True, slots=True)
class Call:
    """The wish to hear an expert on this turn."""

    id: CallId
    expert: ExpertName
    reason: str  # why this expert; people see it
    brief: str  # what it is asked, in the router's words; empty when people addressed it directly
    known_as: CallId | None = None  # its id in the conversation of who wishes it, if that holds it
    deeper: bool = False  # with the harder model
    by: CallId | None = None  # the call of the expert who wishes it; None: the router, or people
    continues: CallId | None = None  # the call whose question it goes on with, after a decision


@dataclass(frozen=True, slots=True)
class Citation:
    """A document or a web page that a text relies on."""

    document: DocumentId  # of a page: its address
    name: str
    at: int | None = None  # the place in the text, where it is known
    url: str = ""  # of a page
    since: int | None = None  # where the model's own words for a page begin, which end at *at*


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one model response took."""

    input: int = 0
    cached: int = 0
    output: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            self.input + other.input, self.cached + other.cached, self.output + other.output
        )


NO_USAGE = Usage()
BY_FUNCTION = "function"  # stands where a model's name would
