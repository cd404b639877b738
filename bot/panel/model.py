"""The immutable values that all other modules use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from typing import NewType

from bot.panel.kept import Kept

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
FileId = NewType("FileId", str)  # Slack's
RequestId = NewType("RequestId", str)  # of the model's side: its request for approval
ApprovalId = NewType("ApprovalId", str)  # ours: of what people are asked in one message

OPERATORS = UserId("operators")  # as who gave an expert its tools: whoever runs the bot
NOBODY_KNOWN = UserId("")  # an author of whom nothing is known, and who so has nobody's rights


class Synthesis(StrEnum):
    """When the router ends a turn with a summary."""

    AUTO = "auto"  # with two or more answers
    ALWAYS = "always"
    NEVER = "never"


class WhenUnsure(StrEnum):
    """Whether people are asked whom to ask, where the router is unsure."""

    OFF = "off"
    CAUTIOUS = "cautious"  # where it is sure of nobody
    EAGER = "eager"  # also where it is unsure of anybody


class Effort(StrEnum):
    """How much a model reasons before it answers."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """One Slack thread, in which people and the panel talk."""

    team_id: str
    channel_id: str
    thread_ts: str

    @property
    def place(self) -> str:
        """The thread as operators name it: ``CHANNEL/TS``."""
        return f"{self.channel_id}/{self.thread_ts}"

    def turn(self, first: str) -> TurnId:
        """Return the id of the turn here that begins with the message *first*."""
        return TurnId(f"{self.team_id}:{self.channel_id}:{first}")


class Wish(StrEnum):
    """What somebody requests by pressing a button."""

    ASK = "ask"  # the panel; the router chooses
    AGAIN = "again"
    DEEPER = "deeper"  # with the stronger model
    ANOTHER = "another"  # an expert who was not asked
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Steer:
    """A pressed button, and the messages that it is about."""

    wish: Wish
    since: MessageTs
    until: MessageTs  # inclusive
    experts: tuple[ExpertName, ...] = ()  # who is to answer, if given
    goes_on: bool = False  # the answer *until* was cut; who does not know this, answers again
    chosen: bool = False  # where *until* asked whom to ask; without *experts*, the router is to
    last: MessageTs | None = None  # message of the question for which people have chosen


class Decision(StrEnum):
    """The outcome of a request to use a tool that needs approval."""

    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"  # undecided in time: counts as declined


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on a request for approval, with which the expert continues."""

    approval: ApprovalId
    decision: Decision
    at: int  # seconds since 1970
    about: MessageTs  # the first message of the turn in which it was requested


def just_after(ts: MessageTs) -> MessageTs:
    """Return a ts of our own for what follows from the message *ts*: Slack never uses it."""
    seconds, _, fraction = ts.partition(".")
    return MessageTs(f"{seconds}.{(int(fraction or 0) + 1) % 1_000_000:06}")


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that somebody has shared: what is known before it is fetched."""

    id: FileId
    name: str
    media_type: str = ""
    size: int = 0  # bytes; 0: unknown yet


@dataclass(frozen=True, slots=True)
class Message:
    """A person's message to the panel, as Slack sent it (mentions are still ids)."""

    ts: MessageTs
    author: UserId
    text: str  # without the mention of the bot at its start
    mentioned: bool = False  # it mentions the bot, or is a direct message
    files: tuple[SharedFile, ...] = ()  # attached to it
    steer: Steer | None = None  # a button was pressed at ts; the text is empty
    verdict: Verdict | None = None  # the author's, or nobody's if it expired
    handles: tuple[ExpertName, ...] = ()  # the experts whose handles it mentions
    missed: bool = False  # nobody listened when it was written; it was found afterwards
    quoted: str = ""  # Markdown of what it shows besides: forwards, tables, …; it asks for nothing
    author_name: str = ""  # as the message itself tells it: not everybody's can be looked up
    by_app: bool = False  # another app or a workflow asks, which operators have allowed to
    needs: tuple[str, ...] = ()  # its fields that whoever answers it has to know, if any
    traceparent: str = field(default="", compare=False)  # of whoever put it, if that is traced

    @property
    def shows_more(self) -> bool:
        return bool(self.files or self.quoted)


@dataclass(frozen=True, slots=True)
class Turn:
    """One or more messages that are answered together: the unit of work."""

    id: TurnId  # from team, channel and first ts: the same when delivered again
    thread: ThreadRef
    messages: tuple[Message, ...]  # in order
    words_of: tuple[UserId, ...] = ()  # who wrote what a button or a decision is about, once read
    pressed: tuple[UserId, ...] = ()  # who had it tried again, or tried at once

    @classmethod
    def of(cls, thread: ThreadRef, queued: Sequence[Message]) -> "Turn":
        """Return the turn of messages that were *queued* together, perhaps out of order."""
        in_order = sorted(queued, key=lambda one: (one.ts.find("."), one.ts))  # as numbers
        return cls(thread.turn(queued[0].ts), thread, tuple(in_order))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to answer in it: somebody has only mentioned us."""
        return not any(m.text or m.shows_more or m.steer or m.verdict for m in self.messages)

    @property
    def steer(self) -> Steer | None:
        """The pressed button, if the turn is one; it is queued alone."""
        return self.messages[0].steer

    @property
    def verdict(self) -> Verdict | None:
        """The decision to continue with, if the turn is one; it is queued alone."""
        return self.messages[0].verdict

    @property
    def about(self) -> MessageTs:
        """The first message that it answers."""
        if self.verdict:
            return self.verdict.about
        return self.steer.since if self.steer else self.messages[0].ts

    @property
    def mentions_bot(self) -> bool:
        return any(message.mentioned for message in self.messages)

    def since_mention(self) -> "Turn":
        mentions = [n for n, message in enumerate(self.messages) if message.mentioned]
        return replace(self, messages=self.messages[mentions[0] :]) if mentions else self

    @property
    def authors(self) -> tuple[UserId, ...]:
        """All whose words or clicks cause it, each once: it has the least rights of any of them.

        Of a button or a decision, this is whole once what it is about is read: ``with_authors``.
        """
        wrote = (message.author for message in self.messages)
        return tuple(dict.fromkeys((*self.words_of, *wrote, *self.pressed)))

    @property
    def addressee(self) -> UserId:
        """Whom the answer is shown to, in whose language: the latest author. It gives no rights."""
        return self.messages[-1].author


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that is leased to one worker."""

    turn: Turn
    token: int  # the fencing token: grows with each claim of the thread; only the newest is valid
    attempt: int  # 1 for the first worker
    postponed: int = 0  # how often, after failures
    deaths: int = 0  # how many workers died or were cut off while they had it
    requested_at: float = inf  # by this process's clock: the lease began no earlier
    in_doubt: bool = False  # the store may have forgotten what was done in it
    has_old_links: bool = False  # from before the store was set back, perhaps
    overtaken: bool = False  # the message that begins its thread arrived after others of it
    is_new: bool = False  # its journal was empty when it was claimed


@dataclass(frozen=True, slots=True)
class Persona:
    """How an expert looks in Slack."""

    name: str
    icon: str  # an emoji's name with colons: ":scales:"


@dataclass(frozen=True, slots=True)
class Expert(Kept):
    """A named specialist with its own instructions and, in each thread, its own conversation."""

    name: ExpertName  # lower case, unique in a panel: what people type
    title: str  # the display name
    icon: str
    purpose: str  # one line: what to ask it for
    instructions: str
    model: str | None = None  # None: as configured
    effort: Effort = Effort.LOW
    collections: tuple[CollectionId, ...] = ()  # the documents that it can search
    always_consult: bool = False  # search them for every question
    consults: tuple[ExpertName, ...] = ()  # whom it may ask, if they are on the panel
    function: str | None = None  # the entry point of the function that answers; None: a model
    tools: tuple[ToolName, ...] = ()  # as far as this installation allows them
    equipped_by: UserId | None = field(default=None, compare=False)  # who gave them; None: unknown

    @property
    def persona(self) -> Persona:
        return Persona(self.title, self.icon)


@dataclass(frozen=True, slots=True)
class Panel:
    """The experts that answer in one thread, and how."""

    experts: tuple[Expert, ...]
    synthesis: Synthesis = Synthesis.AUTO
    streaming: bool | None = None  # whether replies are streamed; None: as usual
    unsure: WhenUnsure | None = None  # whether people are asked whom to ask; None: as usual
    left_out: int = 0  # experts beyond the most that a panel may have
    rules: tuple[str, ...] = ()  # for whom the router asks: the workspace's, then the channel's
    withheld: Mapping[ExpertName, tuple[ToolName, ...]] = field(default_factory=dict)  # in a turn
    budgets: str = ""  # the workspace's own, as they are written

    def find(self, name: str) -> Expert | None:
        """Return the expert of that name, or else of that title, in any case, if there is one."""
        folded = name.casefold()
        by_name = (e for e in self.experts if e.name == folded)
        by_title = (e for e in self.experts if e.title.casefold() == folded)
        return next(by_name, None) or next(by_title, None)

    def persona(self, name: ExpertName) -> Persona:
        """Return the expert's persona; a plain one if it has left the panel."""
        expert = self.find(name)
        return expert.persona if expert else Persona(name, ":bust_in_silhouette:")


@dataclass(frozen=True, slots=True)
class Call(Kept):
    """A call of an expert in a turn."""

    id: CallId
    expert: ExpertName
    reason: str  # why this expert; people see it
    brief: str  # the question, in the router's words; empty if people addressed it directly
    known_as: CallId | None = None  # its id in the caller's conversation, if it is there
    deeper: bool = False  # with the stronger model
    by: CallId | None = None  # the call of the expert who calls; None: the router or people
    continues: CallId | None = None  # the call that it continues after a decision
    joins: CallId | None = None  # another call of the expert, which asks for both
