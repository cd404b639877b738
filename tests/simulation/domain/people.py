"""What people do in Slack: many threads at once, follow-ups after the answer or before, stops."""

import asyncio
from dataclasses import dataclass, field

from bot.panel.intake.intake import Incoming
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.roster.roster import ChannelScope
from tests.reckoning.questions import asking
from tests.reckoning.records import Question
from tests.simulation.domain.fleet import Fleet
from tests.simulation.kinds import Story

TEAMS = ("T1", "T2")
CHANNELS = ("C1", "C2", "C3", "C4")  # of each team: their ids are the same
ASKED = ("finance", "legal", "security", "product")
_MANY = (0, 1, 1, 1, 2, 2, 3)  # experts that a question is for
_SLACK_WAITS = 10.0  # seconds for an acknowledgement


@dataclass(eq=False, slots=True)
class People:
    """Everybody in all workspaces, and Slack's side of telling the bot what they do."""

    fleet: Fleet
    story: Story
    questions: dict[ThreadRef, list[Question]] = field(default_factory=dict)
    _written: dict[str, float] = field(default_factory=dict)  # by ts, in seconds of the loop
    _arrived: dict[str, float] = field(default_factory=dict)
    undelivered: int = 0
    excused: set[int] = field(default_factory=set)  # questions that may go unanswered
    asked: int = 0

    async def choose_streaming(self) -> None:
        """Let some channels stream their replies."""
        random, panels = self.fleet.loop.random, self.fleet.memory.panels
        for team in TEAMS:
            for channel in CHANNELS:
                if random.random() < self.story.streaming:
                    await panels.set_streaming(ChannelScope(team, channel), True)

    async def talk(self, questions: int) -> None:
        """Ask until *questions* have been asked, in as many threads as that takes."""
        random = self.fleet.loop.random
        left, threads = questions, []
        while left > 0:
            here = min(left, random.randint(1, 2 * self.story.follow_ups - 1))
            left -= here
            threads.append(self._talk_in_thread(len(threads), here))
        await asyncio.gather(*threads)

    def may_swap(self, one: str, other: str) -> bool:
        """Whether the events of two messages were under way at the same time."""
        first, second = sorted((one, other), key=float)
        return self._written[second] <= self._arrived[first]

    async def _talk_in_thread(self, number: int, questions: int) -> None:
        random, span = self.fleet.loop.random, self.story.span
        await asyncio.sleep(random.random() * span / 2)
        team, channel = TEAMS[number % 2], random.choice(CHANNELS)
        thread = ThreadRef(team, channel, self.fleet.slack.new_ts())
        for nth in range(questions):
            self._ask(thread, mention=nth == 0 or random.random() < 0.3)
            if self.story.stops and random.random() < self.story.stops:
                await asyncio.sleep(random.random() * 8)
                self._stop(thread)
            await asyncio.sleep(random.random() ** 2 * span / 2 / questions)

    def _ask(self, thread: ThreadRef, *, mention: bool) -> None:
        random = self.fleet.loop.random
        self.asked += 1
        experts = random.sample(ASKED, random.choice(_MANY))
        text = asking(self.asked, experts)
        if len(experts) == 1 and random.random() < 0.2:
            text = f"{experts[0]}: {text}"
        known = self.questions.setdefault(thread, [])
        ts = MessageTs(thread.thread_ts) if not known else self.fleet.slack.new_ts()
        known.append(Question(self.asked, thread.channel_id, thread.thread_ts, ts, tuple(experts)))
        self._say(thread, Message(ts, UserId("UMEMBER"), text, mention))

    def _stop(self, thread: ThreadRef) -> None:
        self.excused |= {one.number for one in self.questions[thread]}
        ts = self.fleet.slack.new_ts()
        self._say(thread, Message(ts, UserId("UMEMBER"), "stop", mentioned=True))

    def _say(self, thread: ThreadRef, message: Message) -> None:
        random, loop = self.fleet.loop.random, self.fleet.loop
        self.fleet.slack.thread(thread).people[message.ts] = message
        self._written[message.ts] = loop.time()
        incoming = Incoming(thread, message, message.ts != thread.thread_ts, False)
        for _ in range(1 + (random.random() < self.story.twice)):
            self.undelivered += 1
            loop.create_task(self._deliver(incoming), context=loop.world.copy())

    async def _deliver(self, incoming: Incoming) -> None:
        """Tell one web process after the other, until one acknowledges it."""
        random = self.fleet.loop.random
        await asyncio.sleep(0.01 + random.random() * self.story.late)
        while not await self._tell(incoming):  # noqa: ASYNC110 - as Slack does
            await asyncio.sleep(1 + random.random())
        self.undelivered -= 1
        self._arrived.setdefault(incoming.message.ts, self.fleet.loop.time())

    async def _tell(self, incoming: Incoming) -> bool:
        web = self.fleet.loop.random.choice([w for w in self.fleet.webs if w.process.is_alive])
        receiving = web.process.spawn(web.intake.receive(incoming))
        done, _ = await asyncio.wait([receiving], timeout=_SLACK_WAITS)
        return bool(done) and not receiving.exception()
