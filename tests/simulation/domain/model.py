"""The model's side in memory: it locks a conversation while it writes, and refuses what is wrong.

What becomes of a response whose reader has gone is up to the server: a world's seed decides
whether it writes on, and what it keeps if it does not.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import count

from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, NoDecisions
from bot.panel.language_model.conversations.repetition import repeated
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Begun,
    Item,
    Judged,
    ModelEvent,
    ModelSaid,
    Prompt,
    Responded,
    StoredItem,
    TextWritten,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, ConversationId, RequestId
from bot.panel.tools import ApprovalWanted
from tests.fakes.language_model import USAGE, Stored
from tests.simulation.domain import brain
from tests.simulation.loop import SimulatedLoop

Moment = tuple[float, ModelEvent | None, StoredItem | None]  # pause, what is told, what is complete


class Locked(Exception):
    """Another response of the conversation is being written."""


class Leftover(Enum):
    """What a server keeps of a response whose reader has gone."""

    NOTHING = "nothing"
    INPUT = "input"
    FINISHED = "finished items"


@dataclass(frozen=True, slots=True)
class Server:
    """How a server treats readers who go."""

    leaves: Leftover = Leftover.INPUT
    writes_on: bool = False


@dataclass(eq=False, slots=True)
class Writing:
    """A response that is being written."""

    response: str
    prompt: Prompt
    tell: Callable[[ModelEvent], None]
    plan: list[Moment]
    done: list[StoredItem] = field(default_factory=list)
    is_over: bool = False


class SimulatedModel:
    """Its methods are what happens at the model's side when a request arrives."""

    def __init__(self, loop: SimulatedLoop, server: Server) -> None:
        self.conversations: dict[ConversationId, Stored] = {}
        self.writing: dict[ConversationId, Writing] = {}
        self.whole: set[str] = set()
        self.done: Counter[str] = Counter()  # what tools were used for, by their arguments
        self._server = server
        self._loop = loop
        self._ids = count(1)

    def begin(self, prompt: Prompt, tell: Callable[[ModelEvent], None]) -> Writing:
        """Begin to write the response to *prompt*, whose events are *told*."""
        stored = self._unlocked(prompt.conversation)
        known = {i.call_id for i in (*stored.items, *prompt.items) if isinstance(i, ToolCalled)}
        if any(isinstance(i, ToolAnswered) and i.call_id not in known for i in prompt.items):
            raise ModelRefused(ModelFault.BAD_REQUEST, "no tool call found for the output")
        writing = Writing(f"resp_{next(self._ids)}", prompt, tell, self._plan(prompt, stored))
        self.writing[prompt.conversation] = writing
        tell(Begun(writing.response))
        self._go_on(writing)
        return writing

    async def judge(self, prompt: Prompt) -> Judged:
        """Return how likely each tool is wanted."""
        if (found := brain.likelihoods(prompt)) is None:
            raise NoDecisions("not about an odd question")
        return Judged(found, USAGE)

    async def once(self, prompt: Prompt) -> Sequence[ToolCalled]:
        """Return what a response calls of which nothing is kept."""
        tools = brain.sample(prompt, self._loop.random)
        return [ToolCalled(CallId(f"call_{next(self._ids)}"), tool, {}) for tool in tools]

    def leave(self, writing: Writing) -> None:
        """Notice that the reader has gone."""
        if writing.is_over:
            return
        writing.tell = _ignore
        if self._server.writes_on:
            return
        match self._server.leaves:
            case Leftover.NOTHING:
                self._end(writing, ())
            case Leftover.INPUT:
                self._end(writing, writing.prompt.items)
            case Leftover.FINISHED:
                self._end(writing, (*writing.prompt.items, *writing.done))

    def holds(self, prompt: Prompt) -> bool:
        """Whether an earlier request with the same items was stored."""
        known = self._find(prompt.conversation).items
        questions = [item for item in prompt.items if isinstance(item, UserSaid)]
        answers = [i for i in prompt.items if isinstance(i, ToolAnswered | ApprovalGiven)]
        return any(item in known for item in questions[-1:]) or any(i in known for i in answers)

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        """Store *items*."""
        self._unlocked(conversation).items += items

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        """Return the newest user item with *ref*, and all after it; deletes what is there twice."""
        stored = self._find(conversation)
        gone = repeated(stored.items, ref)
        stored.items[:] = [item for place, item in enumerate(stored.items) if place not in gone]
        items = stored.items[-100:]
        for start in reversed(range(len(items))):
            item = items[start]
            if isinstance(item, UserSaid) and ref in item.text:
                return [later for later in items[start:] if not isinstance(later, ToolUsed)]
        return None

    async def items(self, conversation: ConversationId) -> Sequence[StoredItem]:
        """Return all items, newest first."""
        return self._find(conversation).items[::-1]

    def state(self, response: str) -> bool | None:
        """Whether *response* is whole; None while it is being written."""
        if any(one.response == response for one in self.writing.values()):
            return None
        return response in self.whole

    async def open(self, labels: Labels) -> ConversationId:
        """Start a conversation."""
        conversation = ConversationId(f"conv_{next(self._ids)}")
        self.conversations[conversation] = Stored(labels)
        return conversation

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        """Replace its labels."""
        self._find(conversation).labels = labels

    async def labels(self, conversation: ConversationId) -> Labels | None:
        """Return its labels."""
        stored = self.conversations.get(conversation)
        return None if stored is None else stored.labels

    async def delete(self, conversation: ConversationId) -> int | None:
        """Delete it."""
        stored = self.conversations.pop(conversation, None)
        return len(stored.items) if stored else None

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        """Delete the user's items with *wanted* texts."""
        items = self._unlocked(conversation).items
        kept = [one for one in items if not (isinstance(one, UserSaid) and wanted(one.text))]
        removed = len(items) - len(kept)
        items[:] = kept
        return removed

    def _plan(self, prompt: Prompt, stored: Stored) -> list[Moment]:
        """Return what is written, last first: after which pause, and what is then complete."""
        random = self._loop.random
        steps = brain.reply(prompt, stored.items, lambda: f"call_{next(self._ids)}")
        plan: list[Moment] = []
        files = tuple(step for step in steps if isinstance(step, MadeFile))
        for step in steps:
            if isinstance(step, MadeFile):
                continue  # the message before it says so
            if isinstance(step, ToolCalled):
                plan.append((0.01 + random.random() ** 2, step, step))
                continue
            if isinstance(step, ApprovalWanted):
                plan.append((0.01, None, step))
                continue
            pieces = brain.pieces(step, random)
            plan += [(0.01 + random.random() ** 2, TextWritten(one), None) for one in pieces]
            plan[-1] = (*plan[-1][:2], ModelSaid(step, files=files))
        wanted = tuple(step for step in steps if isinstance(step, ApprovalWanted))
        whole = Responded(brain.said_in(steps), USAGE, wanted=wanted, files=files)
        plan.append((0.01, whole, None))
        return plan[::-1]

    def _go_on(self, writing: Writing) -> None:
        self._loop.call_later(writing.plan[-1][0], self._write, writing, context=self._loop.world)

    def _write(self, writing: Writing) -> None:
        if writing.is_over:
            return
        _, event, item = writing.plan.pop()
        if item:
            writing.done.append(item)
        if isinstance(event, Responded):
            self.whole.add(writing.response)
            self._end(writing, (*writing.prompt.items, *writing.done))
        else:
            self._go_on(writing)
        if event:
            writing.tell(event)

    def _end(self, writing: Writing, items: Sequence[StoredItem]) -> None:
        writing.is_over = True
        conversation = writing.prompt.conversation
        self.writing.pop(conversation)
        stored = self.conversations.get(conversation)
        if stored is None or not items:
            return
        answered = {item.call_id for item in items if isinstance(item, ToolAnswered)}
        left = [ToolAnswered(one, ABORTED) for one in stored.unanswered() if one not in answered]
        decided = {item.request: item for item in items if isinstance(item, ApprovalGiven)}
        ended = [
            ApprovalGiven(one, False, "Ended.") for one in stored.undecided() if one not in decided
        ]
        self._use_tools(stored, decided)
        stored.items += [*left, *ended, *items]

    def _use_tools(self, stored: Stored, decided: Mapping[RequestId, ApprovalGiven]) -> None:
        for item in stored.items:
            if isinstance(item, ApprovalWanted) and item.request in decided:
                self.done[item.arguments] += decided[item.request].approved

    def _unlocked(self, conversation: ConversationId) -> Stored:
        stored = self._find(conversation)
        if conversation in self.writing:
            raise Locked
        return stored

    def _find(self, conversation: ConversationId) -> Stored:
        if conversation not in self.conversations:
            raise ConversationGone(conversation)
        return self.conversations[conversation]


def _ignore(_: ModelEvent) -> None: ...
