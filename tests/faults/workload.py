"""People who ask: many threads at once, follow-ups after the answer or while it is written."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change
from tests.faults import brain
from tests.faults.deciders import Deciders
from tests.faults.features import Subject
from tests.faults.rig import PEOPLE, Rig
from tests.reckoning.questions import asking, named_in
from tests.reckoning.records import Question


@dataclass(frozen=True, slots=True)
class Habits:
    """How people ask."""

    at_once: int = 48  # threads that are talked in at the same time
    longest: int = 8  # messages in one thread
    hurry: float = 0.35  # the share of follow-ups that do not wait for the answer
    breath: tuple[float, float] = (0.05, 0.5)  # seconds before a follow-up that does not wait
    directly: float = 0.2  # the share of questions that name the expert in front
    more_for_traps: int = 150  # turns at most, until somebody has come to each
    timeout: float = 120.0  # seconds without any answer: a turn may be put off for sixty


class Stuck(Exception):
    """Nothing has been answered for too long."""


@dataclass(slots=True)
class Workload:
    """Asks until about so many turns have been answered."""

    rig: Rig
    habits: Habits
    chance: random.Random
    enough: asyncio.Event  # nobody asks any more
    questions: dict[int, Question] = field(default_factory=dict)
    turns: set[str] = field(default_factory=set)  # that have said something in Slack
    _heard: Counter[tuple[int, str]] = field(default_factory=Counter)
    _waiting: dict[int, asyncio.Event] = field(default_factory=dict)
    _open_streams: set[str] = field(default_factory=set)
    _last_number: int = 0
    _last_news: float = 0.0

    async def run(self, turns: int, told: Callable[[int], None] = lambda _: None) -> None:
        """Let people ask until *turns* turns are answered; return when all questions are."""
        self._last_news = asyncio.get_running_loop().time()
        with self._listening():
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(self._watch(told))
                await self._talk(turns)
                watch.cancel()

    async def begin(self) -> None:
        """Return when the bot is there: it has answered questions."""
        with self._listening():
            known = self.rig.feature.subjects[0]
            subject = replace(known, experts=known.experts[:1])
            first = [self._ask(channel, None, subject) for channel in self.rig.channels[:8]]
            try:
                async with asyncio.timeout(self.habits.timeout):
                    await self._all_answered(first)
            except TimeoutError:
                raise Stuck("not even the first questions are answered") from None

    async def _talk(self, turns: int) -> None:
        async def talker() -> None:
            while not self.enough.is_set() and self._goes_on(turns):
                await self._thread()

        async with asyncio.TaskGroup() as talkers:
            for _ in range(min(self.habits.at_once, turns)):
                talkers.create_task(talker())

    def _goes_on(self, turns: int) -> bool:
        """Return whether more turns are wanted, or traps wait that nobody has come to."""
        more = min(9 * turns, self.habits.more_for_traps) if self.rig.traps.left else 0
        return len(self.turns) < turns + more

    async def _thread(self) -> None:
        channel = self.chance.choice(self.rig.channels)
        hurry = self.habits.hurry if self.chance.random() < 0.6 else 0.0
        first = self._ask(channel, None, self._wanted(hurry))
        hurried = [first]
        for _ in range(self.chance.randint(0, self.habits.longest - 1)):
            if self.enough.is_set():
                break
            if self.chance.random() >= hurry:
                await self._all_answered(hurried)
                hurried.clear()
            else:
                await asyncio.sleep(self.chance.uniform(*self.habits.breath))
            hurried.append(self._ask(channel, first.thread_ts, self._wanted(hurry)))
        await self._all_answered(hurried)

    def _wanted(self, hurry: float) -> Subject:
        """Choose who is to answer; the router only where nothing else waits with the question."""
        if not hurry and self.chance.random() < 0.1:
            return Subject(())
        subject = self.chance.choice(self.rig.feature.subjects)
        count = self.chance.choices((1, 2, 3), (70, 22, 8))[0]
        known = subject.experts
        return replace(subject, experts=tuple(self.chance.sample(known, min(count, len(known)))))

    def _ask(self, channel: str, thread_ts: str | None, subject: Subject) -> Question:
        self._last_number += 1
        number, experts = self._last_number, subject.experts
        text = asking(number, experts, subject.wish)
        if experts and self.chance.random() < self.habits.directly:
            text = f"{', '.join(experts)}: {text}"
        place = self.rig.slack.workspace.channels[channel]
        if thread_ts is None and place.kind != "im":
            text = f"<@{BOT_USER}> {text}"
        self._waiting[number] = asyncio.Event()
        files = [attached(number)] if self.rig.feature.attaches else []
        author = self.chance.choice([one for one in PEOPLE if one in place.members])
        ts = self.rig.slack.people.say(author, channel, text, thread_ts, files=files)
        question = Question(number, channel, thread_ts or ts, ts, experts, subject.wish)
        self.questions[number] = question
        return question

    async def _all_answered(self, questions: list[Question]) -> None:
        for question in questions:
            await self._answered(question)

    async def _answered(self, question: Question) -> None:
        await self._waiting[question.number].wait()
        del self._waiting[question.number]

    @contextmanager
    def _listening(self) -> Iterator[None]:
        workspace = self.rig.slack.workspace
        ears = [self._hear, Deciders(self.rig.slack, self.chance).hear]
        stop = [workspace.subscribe(ear) for ear in ears]
        try:
            yield
        finally:
            for unsubscribe in stop:
                unsubscribe()

    def _hear(self, change: Change) -> None:
        message = change.message
        if message is None or not message.bot_id or not self._is_whole(change):
            return
        payload = (message.metadata or {}).get("event_payload", {})
        part = str(payload.get("part", ""))
        if not part.startswith(("reply:", "router:")):
            return
        self._last_news = asyncio.get_running_loop().time()
        self.turns.add(str(payload["turn"]))
        speaker = brain.TITLES.get(message.username or "", "")
        for number in named_in(message.text):
            self._heard[number, speaker] += 1
            self._look(number)
        if "could not answer" in message.text:
            self._excuse(str(payload["turn"]), speaker)

    def _is_whole(self, change: Change) -> bool:
        """Return whether a message is there to its end from now on; streams grow first."""
        message = change.message
        if message is None or change.kind not in ("posted", "updated"):
            return False
        if message.streaming:
            self._open_streams.add(message.ts)
            return False
        if change.kind == "posted":
            return True
        was_open = message.ts in self._open_streams
        self._open_streams.discard(message.ts)
        return was_open

    def _look(self, number: int) -> None:
        question = self.questions[number]
        if all(self._heard[number, expert] for expert in question.experts or ("",)):
            self._done(number)

    def _done(self, number: int) -> None:
        if waiting := self._waiting.get(number):
            waiting.set()

    def _excuse(self, turn: str, speaker: str) -> None:
        """Take an honest line for the answers that it stands for: the turn's first question."""
        _, channel, ts = turn.split(":")
        for question in self.questions.values():
            if (question.channel, question.ts) == (channel, ts):
                self._heard[question.number, speaker] += 1
                self._look(question.number)

    async def _watch(self, told: Callable[[int], None]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.5)
            told(len(self.turns))
            if loop.time() - self._last_news > self.habits.timeout:
                raise Stuck(f"unanswered: {sorted(self._waiting)[:20]}")


def attached(number: int) -> tuple[str, bytes]:
    """Return the file that comes with a question."""
    return f"paper-{number}.txt", f"This is paper {number}.".encode()


def papers_in(text: str) -> list[int]:
    """Return the numbers of the questions whose files *text* holds."""
    return [int(number) for number in re.findall(r"This is paper (\d+)\.", text)]


def shown_text(message: Message) -> str:
    """Return what people read of a message of the bot's."""
    blocks: Any = message.blocks
    return "\n".join(b["text"] for b in blocks if b["type"] == "markdown") or message.text
