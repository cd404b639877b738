"""What people do in Slack: many threads at once, follow-ups after the answer or before, stops."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from math import inf
from random import Random
from typing import Any

from bot.panel.intake.intake import Incoming
from bot.panel.model import Message, MessageTs, ThreadRef, UserId, WhenUnsure
from bot.panel.roster.roster import ChannelScope, Setting
from tests.reckoning.questions import Wish, aside_after, asking, edit_of
from tests.reckoning.records import Press, Question, Remark
from tests.simulation.domain.fleet import VISITOR, Fleet
from tests.simulation.domain.functions import DATES
from tests.simulation.domain.missed import TEAMS
from tests.simulation.domain.talk.events import Events, Tell
from tests.simulation.domain.web import Web
from tests.simulation.excerpt import WHOLE, Excerpt
from tests.simulation.kinds import Story

CHANNELS = ("C1", "C2", "C3", "C4")  # of each team: their ids are the same
DIRECT = "D1"
ASKED = ("finance", "legal", "security", "product")
_MANY = (0, 1, 1, 1, 2, 2, 3)  # experts that a question is for
_CHANGES_UNSURE = 0.1
_ASKS = UserId("UMEMBER")


@dataclass(eq=False, slots=True)
class People:
    """Everybody in all workspaces."""

    fleet: Fleet
    story: Story
    excerpt: Excerpt = WHOLE
    questions: dict[ThreadRef, list[Question]] = field(default_factory=dict)
    stops: dict[ThreadRef, list[MessageTs]] = field(default_factory=dict)
    deletions: dict[ThreadRef, list[str]] = field(default_factory=dict)
    presses: dict[ThreadRef, list[Press]] = field(default_factory=dict)
    choices: dict[ThreadRef, list[tuple[MessageTs, Set[str]]]] = field(default_factory=dict)
    _remarks: list[tuple[ThreadRef, MessageTs, str, int | None]] = field(default_factory=list)
    asked: int = 0
    taken: dict[int, tuple[int, ...]] = field(default_factory=dict)  # which were, by thread
    events: Events = field(init=False)

    def __post_init__(self) -> None:
        self.events = Events(self.fleet, gives_up=self.story.gives_up)

    async def choose_streaming(self) -> None:
        """Let some channels stream their replies."""
        random, panels = self.fleet.loop.dice("channels"), self.fleet.memory.panels
        for team in TEAMS:
            for channel in CHANNELS:
                if random.random() < self.story.streaming:
                    await panels.set(ChannelScope(team, channel), Setting.STREAMING, True)

    async def talk(self, questions: int) -> None:
        """Ask until *questions* have been asked, in as many threads as that takes."""
        random, asked, threads = self.fleet.loop.dice("threads"), 0, []
        while asked < questions:
            here = min(questions - asked, random.randint(1, 2 * self.story.follow_ups - 1))
            numbers = range(asked + 1, asked + here + 1)
            threads.append(self._talk_in_thread(len(threads), numbers))
            asked += here
        await asyncio.gather(*threads)

    def remarks(self, thread: ThreadRef, questions: Sequence[Question]) -> Iterator[Remark]:
        """Yield what models are to read with one of *questions*.

        What people say to each other concerns nobody while the thread's first message has not
        been taken in.
        """
        begins = self.events.arrived.get(thread.thread_ts, inf)
        known = self.questions.get(thread, ())
        deleted = {one.number for one in known if self.is_deleted(thread, one.ts)}
        for place, ts, words, of in self._remarks:
            arrived = self.events.arrived.get(ts, 0)
            told = self.events.told.get(ts, 0) if of is None else arrived
            if place == thread and told > begins and of not in deleted:
                later = {one.number for one in questions if self.events.written[one.ts] > arrived}
                yield Remark(words, later, of)

    def is_deleted(self, thread: ThreadRef, message: str) -> bool:
        """Whether *message*, by its ts, was deleted."""
        return _deletion_of(message) in self.deletions.get(thread, ())

    def may_be_ended(self, thread: ThreadRef, question: Question | Press) -> bool:
        """Whether somebody ended what went on there after *question* was written.

        A stop does, and so does the deletion of a message that is answered together with others.
        """
        ends = (*self.stops.get(thread, ()), *self.deletions.get(thread, ()))
        return any(
            self.events.written[question.ts] <= self.events.arrived.get(end, inf) for end in ends
        )

    async def _talk_in_thread(self, number: int, questions: range) -> None:
        random, span = self.fleet.loop.dice("thread", number), self.story.span
        await asyncio.sleep(random.random() * span / 2)
        wish = Wish.NOTHING
        team, channel = TEAMS[number % 2], random.choice(CHANNELS)
        if self.story.direct and random.random() < self.story.direct:
            channel = DIRECT
        thread = ThreadRef(team, channel, self.fleet.slack.new_ts())
        if random.random() < self.story.tickets:
            questions, wish = questions[:1], Wish.TICKET  # whoever asks more takes it back
        for nth, question in enumerate(questions):
            if self.fleet.slack.thread(thread).is_deleted:
                return  # Slack shows it to nobody any more
            dice = self.fleet.loop.dice("question", question)
            if self.excerpt.asks(number, nth):
                self.taken[number] = (*self.taken.get(number, ()), nth)
                self._ask(thread, question, dice, wish)
                if self.story.stops and dice.random() < self.story.stops:
                    await asyncio.sleep(dice.random() * 8)
                    self.stop(thread, dice)
                if self.story.edits and dice.random() < self.story.edits:
                    await asyncio.sleep(dice.random() * 8)
                    self.edit(thread, self.questions[thread][-1], dice)
                if self.story.asides and dice.random() < self.story.asides:
                    await asyncio.sleep(dice.random() * 8)
                    self.say_aside(thread, question, dice)
                if self.story.deletions and dice.random() < self.story.deletions:
                    asked = self.questions[thread][-1]
                    await asyncio.sleep(dice.random() * 8)
                    self.delete(thread, asked, dice)
                await self._change_panel(thread, dice)
            await asyncio.sleep(random.random() ** 2 * span / 2 / len(questions))

    def _ask(self, thread: ThreadRef, number: int, random: Random, wish: Wish) -> None:
        known = (*ASKED, DATES) if self.story.functions else ASKED
        experts = random.sample(known, random.choice(_MANY))
        if wish is Wish.TICKET:
            experts = ["finance", *(one for one in experts if one != "finance")]
        if self.story.files and random.random() < self.story.files:
            wish = Wish.FILE
        self.ask(thread, number, experts, random, wish)

    def ask(
        self,
        thread: ThreadRef,
        number: int,
        experts: Sequence[str],
        random: Random,
        wish: Wish = Wish.NOTHING,
    ) -> None:
        """Let somebody ask a question there."""
        self.asked += 1
        text = asking(number, experts, wish)
        if len(experts) == 1 and random.random() < 0.2:
            text = f"{experts[0]}: {text}"
        known = self.questions.setdefault(thread, [])
        ts = MessageTs(thread.thread_ts) if not known else self.fleet.slack.new_ts()
        mention = not known or random.random() < 0.3 or thread in self.deletions
        mention = mention or thread.channel_id == DIRECT
        known.append(
            Question(number, thread.channel_id, thread.thread_ts, ts, tuple(experts), wish)
        )
        self._say(thread, Message(ts, _ASKS, text, mention), random)

    def stop(self, thread: ThreadRef, random: Random) -> None:
        """Let somebody stop what is going on there."""
        ts = self.fleet.slack.new_ts()
        self.stops.setdefault(thread, []).append(ts)
        if self.story.presses and random.random() < self.story.presses:

            def press(web: Web) -> Coroutine[Any, Any, object]:
                return web.intake.stop(thread, ts, _ASKS)

            self.events.send(ts, press, 0.01 + random.random() * self.story.late)
            return
        self._say(thread, Message(ts, _ASKS, "stop", mentioned=True), random)

    def press(self, thread: ThreadRef, press: Press, tell: Tell) -> None:
        """Let somebody press a button there."""
        self.presses.setdefault(thread, []).append(press)
        self.events.send(press.ts, tell, 0.01)

    def choose(self, thread: ThreadRef, offer: MessageTs, experts: Set[str], tell: Tell) -> None:
        """Let somebody press a button of *offer*."""
        self.choices.setdefault(thread, []).append((offer, experts))
        self.events.send(self.fleet.slack.new_ts(), tell, 0.01)

    def delete(self, thread: ThreadRef, question: Question, random: Random) -> None:
        """Let the author of *question* delete it; a thread without replies goes with it."""
        ts, shown = MessageTs(question.ts), self.fleet.slack.thread(thread)
        shown.people.pop(ts, None)
        if ts == thread.thread_ts and not (shown.people or shown.ours):
            shown.is_deleted = True
        event = _deletion_of(ts)
        self.deletions.setdefault(thread, []).append(event)

        def tell(web: Web) -> Coroutine[Any, Any, object]:
            return web.intake.amend(thread, ts, None)

        self.events.send(event, tell, 0.01 + random.random() * self.story.late)

    def edit(self, thread: ThreadRef, question: Question, random: Random) -> None:
        """Let the author of *question* add a word to it, which models are to read some time."""
        before = self.fleet.slack.thread(thread).people.get(MessageTs(question.ts))
        if before is None:
            return
        at = self.fleet.slack.new_ts()
        edited = replace(before, text=f"{before.text} {edit_of(question.number)}")
        place = self.fleet.slack.thread(thread)
        place.people[before.ts], place.edits[before.ts] = edited, at
        was, now = (self._incoming(thread, one) for one in (before, edited))

        def tell(web: Web) -> Coroutine[Any, Any, object]:
            return web.intake.amend(thread, before.ts, now, before=was, at=at)

        self._remarks.append((thread, at, edit_of(question.number), question.number))
        self.events.send(at, tell, 0.01 + random.random() * self.story.late)

    def say_aside(self, thread: ThreadRef, number: int, random: Random) -> None:
        """Let somebody talk to others there, which models are to read some time."""
        ts = self.fleet.slack.new_ts()
        self._remarks.append((thread, ts, aside_after(number), None))
        message = Message(ts, _ASKS, aside_after(number))
        self._say(thread, message, random, to_others=True)

    async def _change_panel(self, thread: ThreadRef, random: Random) -> None:
        """Let somebody change what does not change who answers."""
        scope = ChannelScope(thread.team_id, thread.channel_id)
        if self.story.offers and random.random() < _CHANGES_UNSURE:
            unsure = random.choice(list(WhenUnsure))
            await self.fleet.memory.panels.set(scope, Setting.UNSURE, unsure)
        if random.random() >= self.story.changes:
            return
        panels = self.fleet.memory.panels
        match random.choice(("streaming", "add", "remove")):
            case "streaming":
                await panels.set(scope, Setting.STREAMING, random.random() < 0.5)
            case "add":
                await panels.add(scope, VISITOR)
            case "remove":
                await panels.remove(scope, VISITOR.name)

    def _say(
        self, thread: ThreadRef, message: Message, random: Random, *, to_others: bool = False
    ) -> None:
        shown = self.fleet.slack.thread(thread)
        shown.people[message.ts] = message
        shown.to_others |= {message.ts} if to_others else set()
        incoming = self._incoming(thread, message, to_others=to_others)

        def tell(web: Web) -> Coroutine[Any, Any, object]:
            return web.intake.receive(incoming)

        for _ in range(1 + (random.random() < self.story.twice)):
            self.events.send(message.ts, tell, 0.01 + random.random() * self.story.late)

    def _incoming(
        self, thread: ThreadRef, message: Message, *, to_others: bool = False
    ) -> Incoming:
        return Incoming(thread, message, message.ts != thread.thread_ts, to_others)


def _deletion_of(message: str) -> str:
    """Return what the event is called that tells of it."""
    return f"{message} deleted"
