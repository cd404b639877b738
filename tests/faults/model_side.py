"""What the model's side holds: the conversations of each Slack thread, by their own labels."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.openai.labels import unpack
from bot.panel.language_model.exchange import ABORTED
from bot.panel.links import ExpertLabels, RouterLabels
from bot.playground.openai.conversations.store import Conversation as Stored
from bot.playground.openai.items.items import text_of, unanswered
from bot.playground.openai.stand_in.brain import is_model, is_user
from tests.faults import brain

ThreadName = tuple[str, str]  # channel, thread_ts


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation in which something has been said."""

    stored: Stored
    expert: str  # empty: the router's
    router: str  # as an expert's labels name it
    experts: Mapping[str, str]  # as the router's labels name them

    @property
    def id(self) -> str:
        """Its id."""
        return self.stored.id

    @property
    def name(self) -> str:
        """How it is called in complaints."""
        return f"the conversation of {self.expert or 'the router'}"

    @property
    def asked(self) -> Sequence[int]:
        """The questions that it heard."""
        texts = (text_of(item) for item in self.stored.items if is_user(item))
        new = (text for text in texts if not text.startswith("<earlier>"))
        return [question.number for text in new for question in brain.asked_in(text)]

    @property
    def answered(self) -> Sequence[int]:
        """The questions that it answered, the router's calls left out."""
        texts = (text_of(item) for item in self.stored.items if is_model(item))
        return [number for text in texts for number in brain.named_in(text)]

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong with its calls."""
        if self.stored.locked_by:
            yield f"{self.name} is locked"
        for call in unanswered(self.stored.items):
            yield f"{self.name} holds the call {call} without its output"
        kinds = ("function_call", "function_call_output")
        seen = Counter((i["type"], i["call_id"]) for i in self.stored.items if i["type"] in kinds)
        yield from (f"{self.name} holds {key} {n} times" for key, n in seen.items() if n > 1)
        yield from self._doubled_calls()

    def _doubled_calls(self) -> Iterator[str]:
        """Complain of an expert that is called twice for the same question, and not in vain."""
        called: list[str] = []
        in_vain = {i["call_id"] for i in self.stored.items if i.get("output") == ABORTED}
        for item in self.stored.items:
            if is_user(item):
                called.clear()
            elif item["type"] == "function_call" and item["call_id"] not in in_vain:
                if item["name"] in called:
                    yield f"{self.name} calls {item['name']} twice"
                called.append(item["name"])


@dataclass(slots=True)
class OfThread:
    """The conversations of one Slack thread."""

    routers: list[Conversation] = field(default_factory=list)
    experts: defaultdict[str, list[Conversation]] = field(default_factory=lambda: defaultdict(list))


class Conversations:
    """All conversations; one that was opened and never used does no harm."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        self._threads: defaultdict[ThreadName, OfThread] = defaultdict(OfThread)
        self._foreign: list[str] = []
        for one in stored:
            if one.items:
                self._file(one)

    def of_thread(self, channel: str, thread_ts: str) -> OfThread:
        """Return what belongs to a thread."""
        return self._threads[channel, thread_ts]

    def complaints(self) -> Iterator[str]:
        """Yield which conversations belong nowhere."""
        yield from (f"{one} says not whose it is" for one in self._foreign)

    def _file(self, stored: Stored) -> None:
        labels = unpack(stored.metadata)
        match labels:
            case RouterLabels(thread, experts):
                names = {str(name): str(conversation) for name, conversation in experts.items()}
                found = Conversation(stored, "", "", names)
                self._threads[thread.channel_id, thread.thread_ts].routers.append(found)
            case ExpertLabels(thread, expert, router):
                found = Conversation(stored, str(expert), str(router), {})
                of_thread = self._threads[thread.channel_id, thread.thread_ts]
                of_thread.experts[str(expert)].append(found)
            case None:
                self._foreign.append(stored.id)
