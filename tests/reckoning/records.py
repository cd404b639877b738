"""What the reckoning looks at, whichever world it comes from: real processes or a simulation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal

from bot.panel.language_model.exchange import ModelSaid, StoredItem, UserSaid
from bot.panel.links import ExpertLabels, Labels, RouterLabels
from tests.reckoning.questions import Wish, asked_in, named_in


@dataclass(frozen=True, slots=True)
class Question:
    """One message that wants answers."""

    number: int
    channel: str
    thread_ts: str
    ts: str
    experts: tuple[str, ...]  # none: the router itself
    wish: Wish = Wish.NOTHING


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed under an answer."""

    ts: str
    expert: str  # who is to answer
    since: str  # the first message that it is about
    until: str  # the last one

    def is_about(self, question: Question) -> bool:
        """Whether models hear *question* once more because of it."""
        return Decimal(self.since) <= Decimal(question.ts) <= Decimal(self.until)


@dataclass(frozen=True, slots=True)
class Offer:
    """A message with buttons that asks whom to ask, and what people pressed there."""

    ts: str
    press: str  # the ts that whatever is pressed there has
    since: str  # the first message that it is about
    until: str  # the last one
    pressed: Sequence[Set[str]]  # whom people chose, each; nobody: the router is to choose
    is_open: bool  # whether it has its buttons still

    def is_about(self, question: Question) -> bool:
        """Whether it asks who is to answer *question*."""
        return Decimal(self.since) <= Decimal(question.ts) <= Decimal(self.until)


@dataclass(frozen=True, slots=True)
class Remark:
    """What models are to read with the next question: an edit, or what people said besides."""

    words: str
    before: Set[int]  # the questions that were asked when the bot knew of it
    of: int | None = None  # the question that was edited


@dataclass(frozen=True, slots=True)
class Said:
    """One of the bot's messages, as its stamp and its text tell."""

    turn: str
    part: str
    router: str
    speaker: str  # the expert; empty: the bot itself
    numbers: tuple[int, ...]  # of the questions it names
    failed: bool

    @property
    def kind(self) -> str:
        """Which part of the turn it is."""
        return self.part.partition(":")[0]

    @property
    def turn_ts(self) -> str:
        """The first message that its turn answers."""
        return self.turn.rpartition(":")[2] or "0"

    @property
    def answers(self) -> bool:
        """Whether it answers what it names."""
        return self.kind in ("reply", "router") and not self.failed


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the model's side in which something has been said."""

    id: str
    expert: str  # the path to it; empty: the router's
    router: str  # as an expert's labels name it
    experts: Mapping[str, str]  # as the router's labels name them
    items: Sequence[StoredItem]
    is_locked: bool = False

    @property
    def name(self) -> str:
        """How it is called in complaints."""
        return f"the conversation of {self.expert or 'the router'}"

    @property
    def heard(self) -> Sequence[int]:
        """The questions that it heard, without those that were quoted to it as earlier ones."""
        texts = (item.text for item in self.items if isinstance(item, UserSaid))
        new = (text for text in texts if not text.startswith("<earlier"))
        return [question.number for text in new for question in asked_in(text)]

    @property
    def answered(self) -> Sequence[int]:
        """The questions that it answered, its calls left out."""
        texts = (item.text for item in self.items if isinstance(item, ModelSaid))
        return [number for text in texts for number in named_in(text)]


def conversation(
    id_: str, labels: Labels, items: Sequence[StoredItem], *, is_locked: bool = False
) -> Conversation:
    """Return a conversation as its *labels* describe it."""
    match labels:
        case RouterLabels(_, experts):
            names = {str(name): str(id_) for name, id_ in experts.items()}
            return Conversation(id_, "", "", names, items, is_locked)
        case ExpertLabels(_, expert, router):
            return Conversation(id_, str(expert), str(router), {}, items, is_locked)


@dataclass(slots=True)
class OfThread:
    """The conversations of one Slack thread."""

    routers: list[Conversation] = field(default_factory=list)
    experts: defaultdict[str, list[Conversation]] = field(default_factory=lambda: defaultdict(list))

    def add(self, one: Conversation) -> None:
        """Add *one* where it belongs."""
        (self.experts[one.expert] if one.expert else self.routers).append(one)

    @property
    def all(self) -> Iterable[Conversation]:
        """All of them, the router's first."""
        return (*self.routers, *(one for each in self.experts.values() for one in each))
