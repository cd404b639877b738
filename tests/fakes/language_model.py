"""A language model with scripted replies, which stores conversations like a real one.

A reply is a list of steps, or one step alone:

* text                a whole message of the model
* ``Written``         a message that is written in pieces, and stored when it is complete
* ``ModelSaid``       a message with citations
* ``ToolCalled``      a call of a tool
* ``ApprovalWanted``  a tool that needs approval
* ``ToolsRunning``    the model's side waits for these tools
* ``asyncio.Event``   waits until the test sets it
* ``LIMIT``           the response ends here, before it is whole
* an exception        raised at this point

Everything up to the step that raises is stored, the prompt's own items first; but a reply that
*begins* with an exception stores nothing. So ``[error]`` fails before the effect, ``["", error]``
after the prompt is stored, and ``["All of it", error]`` after the whole effect. After its reader
has left, the model *writes on*: the conversation stays locked until the last step, and all is
stored. If it does not, what was written by then is stored.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal, cast

from bot.panel.errors import ConversationGone, ModelFault, ModelRefused, Refused
from bot.panel.language_model.conversations.repetition import repeated
from bot.panel.language_model.exchange import (
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
    ToolsRunning,
    ToolUsed,
    UserSaid,
    joined,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ExpertLabels, Labels, RouterLabels
from bot.panel.made_files import MadeFile
from bot.panel.model import (
    CallId,
    ConsultationPath,
    ConversationId,
    ExpertName,
    RequestId,
    ThreadRef,
)
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import Usage


class Meanwhile(asyncio.Event):
    """A step during which other tasks run for a while."""

    async def wait(self) -> Literal[True]:
        for _ in range(60):
            await asyncio.sleep(0)
        return True


@dataclass(frozen=True, slots=True)
class Written:
    """A message in several pieces, between which other tasks run, or the model waits or fails."""

    bits: tuple[str | asyncio.Event | Exception, ...]

    @property
    def text(self) -> str:
        """The message."""
        return "".join(bit for bit in self.bits if isinstance(bit, str))


def written(*bits: str | asyncio.Event | Exception) -> Written:
    """Return a message that is written in pieces."""
    return Written(bits)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a response runs into."""


LIMIT = Limit()

Step = (
    Limit | str | ModelSaid | Written | ToolCalled | ApprovalWanted | ToolsRunning
    | asyncio.Event | Exception
)  # fmt: skip
Reply = Step | Sequence[Step]

ROUTER = None  # stands where an expert's name could
ABORTED = '{"status":"aborted"}'
USAGE = Usage(input=100, cached=60, output=20)  # of every response


def say_hello(_prompt: Prompt) -> Reply:
    """Reply to anything that has no script."""
    return "Hello."


@dataclass(slots=True)
class Stored:
    """A conversation as the model's side stores it."""

    labels: Labels
    items: list[StoredItem] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def unanswered(self) -> list[CallId]:
        """Return the calls that wait for an output."""
        return [item.call_id for item in self._waiting() if isinstance(item, ToolCalled)]

    def undecided(self) -> list[RequestId]:
        """Return the requests for approval that wait for an answer."""
        return [item.request for item in self._waiting() if isinstance(item, ApprovalWanted)]

    def check(self, new: Sequence[Item]) -> None:
        """Raise ModelRefused if *new* items answer calls that nobody has made."""
        known = {item.call_id for item in (*self.items, *new) if isinstance(item, ToolCalled)}
        if any(isinstance(item, ToolAnswered) and item.call_id not in known for item in new):
            raise ModelRefused(ModelFault.BAD_REQUEST, "No tool call found for an output.")

    def take(self, new: Sequence[Item]) -> None:
        """Store what is sent, after an end of all calls and requests that it leaves open."""
        answered = {i.call_id for i in new if isinstance(i, ToolAnswered)}
        left = [call for call in self.unanswered() if call not in answered]
        decided = {i.request for i in new if isinstance(i, ApprovalGiven)}
        ended = [request for request in self.undecided() if request not in decided]
        self.items += [ToolAnswered(call, ABORTED) for call in left]
        self.items += [ApprovalGiven(request, False, "Ended.") for request in ended]
        self.items += new

    def _waiting(self) -> list[StoredItem]:
        """Return the items that none after them answers; ids may repeat."""
        waiting: list[StoredItem] = []
        for item in self.items:
            match item:
                case ToolCalled() | ApprovalWanted():
                    waiting.append(item)
                case ToolAnswered(call_id=id_):
                    waiting = [one for one in waiting if getattr(one, "call_id", "") != id_]
                case ApprovalGiven(request=id_):
                    waiting = [one for one in waiting if getattr(one, "request", "") != id_]
        return waiting


@dataclass(frozen=True, slots=True)
class Fault:
    """The error that the next call of a method raises, after *stored* parts of its effect."""

    error: Exception
    stored: int


class Writing:
    """A response while it is written: how far it is, for the model to go on from there."""

    def __init__(self, steps: Sequence[Step], prompt: Prompt, stored: Stored) -> None:
        self.is_over = False
        self._cut = LIMIT in steps
        self._left = deque(steps[: steps.index(LIMIT)] if self._cut else steps)
        self._prompt = prompt
        self._stored = stored
        self._said: list[ModelSaid] = []
        self._wanted: list[ApprovalWanted] = []

    async def events(self) -> AsyncGenerator[ModelEvent, None]:
        """Write on, step by step; each is stored before it is told."""
        while self._left:
            match step := self._left[0]:
                case Exception():
                    raise step
                case asyncio.Event():
                    await step.wait()
                case Written(bits):
                    async for delta in _bits(bits):
                        yield TextWritten(delta)
            self._left.popleft()
            if event := self._store(step):
                yield event
        self.is_over = True
        yield self._whole()

    def _store(self, step: Step) -> ModelEvent | None:
        match step:
            case ToolsRunning():
                return step
            case ToolCalled():
                _check_call(step, self._prompt)
                call = replace(step, arguments=dict(step.arguments))
                self._stored.items.append(call)
                return call
            case ApprovalWanted():
                self._wanted.append(step)
                self._stored.items.append(step)
            case Written():
                self._say(ModelSaid(step.text))
            case ModelSaid(text=text) | str(text) if text or isinstance(step, ModelSaid):
                self._say(step if isinstance(step, ModelSaid) else ModelSaid(text))
                return TextWritten(text)
        return None

    def _say(self, said: ModelSaid) -> None:
        self._said.append(said)
        self._stored.items.append(said)

    def _whole(self) -> Responded:
        said = self._said
        citations = tuple(citation for one in said for citation in one.citations)
        files = tuple(file for one in said for file in one.files)
        text = "".join(one.text for one in said)
        if self._cut and said:
            last = self._stored.items.index(said[-1])
            self._stored.items[last] = replace(said[-1], cut=True)
        wanted, written = tuple(self._wanted), joined(said).written
        done = Responded(text, USAGE, citations, wanted=wanted, files=files, cut=self._cut)
        return replace(done, written=written)


class ScriptedModel(LanguageModel):
    """Replies from the scripts of whoever is asked, or from *reply* where there is none."""

    def __init__(self, reply: Callable[[Prompt], Reply] = say_hello) -> None:
        self.reply = reply
        self.writes_on = True  # after its reader has left
        self.conversations: dict[ConversationId, Stored] = {}
        self.prompts: list[Prompt] = []
        self.likelihoods: dict[str, float] | None = None  # by tool; None: it has no decisions
        self.judged: list[Prompt] = []
        self.asked_once: list[Prompt] = []
        self.whole: set[str] = set()
        self.made: dict[str, bytes] = {}  # what the files hold, by their ids
        self.fetched: list[str] = []
        self._scripts: defaultdict[str | None, deque[Reply]] = defaultdict(deque)
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._ids = count(1)
        self._left_alone: list[asyncio.Task[None]] = []

    # What a test says and looks at.

    def script(self, whom: ExpertName | str | None, *replies: Reply) -> None:
        """Let an expert (or the ROUTER) give *replies* to its next prompts, one each."""
        self._scripts[ROUTER if whom is None else ExpertName(whom)].extend(replies)

    def fail_next(self, method: str, error: Exception, *, stored: int = 0) -> None:
        """Let the next call of *method* raise *error*.

        For "append", so many items are *stored* first; for "open" and "relabel", any number
        but 0 means that the effect has happened. How a response fails is for its script.
        """
        known = {
            "judge",
            "append",
            "since",
            "items",
            "open",
            "relabel",
            "labels",
            "content",
            "delete",
        }
        assert method in known, method
        self._faults[method].append(Fault(error, stored))

    def assert_all_used(self) -> None:
        """Check that no script and no fault is left over."""
        scripts = {whom or "router": len(left) for whom, left in self._scripts.items() if left}
        faults = {method: len(left) for method, left in self._faults.items() if left}
        assert not scripts, f"replies nobody asked for: {scripts}"
        assert not faults, f"faults that did not happen: {faults}"

    def asked(self, whom: ExpertName | str | None) -> list[Prompt]:
        """Return the prompts that an expert (or the ROUTER) got, in order."""
        return [p for p in self.prompts if self._who(p.conversation) == whom]

    def items_of(self, whom: ExpertName | str | None) -> list[StoredItem]:
        """Return the items of the only conversation of an expert (or the ROUTER).

        A crash may leave others, whose ids nobody knows, and which stay empty.
        """
        found = [s for id_, s in self.conversations.items() if self._who(id_) == whom]
        (used,) = [one for one in found if one.items] or found[-1:]
        return used.items

    def unanswered(self) -> list[CallId]:
        """Return every call in every conversation that waits for an output."""
        return [call for stored in self.conversations.values() for call in stored.unanswered()]

    def forget(self, conversation: ConversationId) -> None:
        """Lose a conversation, as if somebody had deleted it."""
        del self.conversations[conversation]

    # The port.

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        self.prompts.append(prompt)
        stored = self._find(prompt.conversation)
        await stored.lock.acquire()
        writing, is_left, response = None, False, f"resp_{next(self._ids)}"
        try:
            writing = Writing(self._begin(prompt, stored), prompt, stored)
            yield Begun(response)
            async with aclosing(writing.events()) as events:
                async for event in events:
                    if isinstance(event, Responded):
                        self.whole.add(response)
                    yield event
        except (GeneratorExit, asyncio.CancelledError):
            is_left = self.writes_on
            raise
        finally:
            if writing and is_left and not writing.is_over:
                self._left_alone.append(
                    asyncio.create_task(self._write_on(response, writing, stored))
                )
            else:
                stored.lock.release()

    def _begin(self, prompt: Prompt, stored: Stored) -> Sequence[Step]:
        """Store what is sent, and return what the model writes."""
        steps = self._steps(prompt)
        if isinstance(steps[0], Exception):
            raise steps[0]
        stored.check(prompt.items)
        stored.take(prompt.items)
        return steps

    async def _write_on(self, response: str, writing: Writing, stored: Stored) -> None:
        try:
            with suppress(Exception):  # nobody hears of it
                async for _ in writing.events():
                    pass
                self.whole.add(response)
        finally:
            stored.lock.release()

    async def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        assert not prompt.conversation
        self.asked_once.append(prompt)
        steps = self._steps(prompt)
        if isinstance(steps[0], Exception):
            raise steps[0]
        yield Begun(f"resp_{next(self._ids)}")
        nowhere = Stored(RouterLabels(ThreadRef("T0", "C0", "0.0")))
        async with aclosing(Writing(steps, prompt, nowhere).events()) as events:
            async for event in events:
                yield event

    async def judge(self, prompt: Prompt) -> Judged:
        _raise(self._fault("judge"))
        self.judged.append(prompt)
        if self.likelihoods is None:
            return await super().judge(prompt)
        asked = {tool.name for tool in prompt.tools}
        judged = {name: one for name, one in self.likelihoods.items() if name in asked}
        return Judged(judged, replace(USAGE, output=0))

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        stored = self._find(conversation)
        fault = self._fault("append")
        stored.check(items)
        stored.items += items if fault is None else items[: fault.stored]
        _raise(fault)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        _raise(self._fault("since"))
        stored = self._find(conversation)
        gone = repeated(stored.items, ref)
        stored.items[:] = [item for place, item in enumerate(stored.items) if place not in gone]
        items = stored.items[-100:]
        for start in reversed(range(len(items))):
            item = items[start]
            if isinstance(item, UserSaid) and ref in item.text:
                return [later for later in items[start:] if not isinstance(later, ToolUsed)]
        return None

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        _raise(self._fault("items"))
        for item in reversed(self._find(conversation).items):
            yield item

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        self._find(conversation)
        self.fetched.append(file.id)
        _raise(self._fault("content"))
        if file.id not in self.made or len(self.made[file.id]) > most:
            raise Refused(f"`{file.name}` is gone or too large.")
        return self.made[file.id]

    async def is_whole(self, response: str) -> bool:
        return response in self.whole

    async def open(self, labels: Labels) -> ConversationId:
        fault = self._fault("open")
        conversation = ConversationId(f"conv_{next(self._ids)}")
        if fault is None or fault.stored:
            self.conversations[conversation] = Stored(labels)
        _raise(fault)
        return conversation

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        stored = self._find(conversation)
        fault = self._fault("relabel")
        if fault is None or fault.stored:
            stored.labels = labels
        _raise(fault)

    async def labels(self, conversation: ConversationId) -> Labels | None:
        _raise(self._fault("labels"))
        stored = self.conversations.get(conversation)
        return None if stored is None else stored.labels

    async def delete(self, conversation: ConversationId) -> int | None:
        _raise(self._fault("delete"))
        stored = self.conversations.pop(conversation, None)
        return len(stored.items) if stored else None

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        _raise(self._fault("remove"))
        stored, kept = self._find(conversation), list[StoredItem]()
        for item in stored.items:
            if not (isinstance(item, UserSaid) and wanted(item.text)):
                kept.append(item)
        removed = len(stored.items) - len(kept)
        stored.items[:] = kept
        return removed

    def is_current(self, conversation: ConversationId) -> bool:
        return conversation.startswith("conv_")

    def _find(self, conversation: ConversationId) -> Stored:
        if conversation not in self.conversations:
            raise ConversationGone(conversation)
        return self.conversations[conversation]

    def _who(self, conversation: ConversationId) -> ConsultationPath | None:
        stored = self.conversations.get(conversation)
        labels = None if stored is None else stored.labels
        return labels.expert if isinstance(labels, ExpertLabels) else ROUTER

    def _fault(self, method: str) -> Fault | None:
        faults = self._faults[method]
        return faults.popleft() if faults else None

    def _steps(self, prompt: Prompt) -> Sequence[Step]:
        script = self._scripts[self._who(prompt.conversation)]
        reply = script.popleft() if script else self.reply(prompt)
        return reply or [""] if isinstance(reply, list | tuple) else [cast("Step", reply)]


async def _bits(bits: Sequence[str | asyncio.Event | Exception]) -> AsyncGenerator[str, None]:
    for bit in bits:
        match bit:
            case Exception():
                raise bit
            case asyncio.Event():
                await bit.wait()
            case str(text):
                yield text
                await Meanwhile().wait()


def _check_call(call: ToolCalled, prompt: Prompt) -> None:
    assert prompt.may_call, f"the script calls {call.tool}, but the prompt forbids calls"
    for tool in prompt.tools:  # a call of a tool that is not there is for the panel to survive
        assert tool.name != call.tool or set(tool.parameters) == set(call.arguments), call


def _raise(fault: Fault | None) -> None:
    if fault is not None:
        raise fault.error
