"""The world outside the bot, made for measuring: a model of fixed latency, many channels."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change, Channel
from tests.scripted_brain import ScriptedBrain

ROUTER, EXPERT = 0.3, 1.0  # seconds that the model takes
CHANNELS = tuple(f"C0BENCH{number:03}" for number in range(100))
QUESTION = "what do you all think of it, and what would you do first?"
ANSWER = "A paragraph of an answer. " * 20
PIECES = 20  # in which the model writes it
GREETING = "Good morning!"  # which nobody is asked about
_NAMED = re.compile(r"\be\d+\b")

Thread = tuple[str, str]  # channel and ts


def brain(request: ModelRequest) -> Reply:
    """Consult the experts that are named, or else all; each answers with a paragraph."""
    if not request.tools or not request.may_call or GREETING in request.last_user_text:
        return [Text(ANSWER)]
    named, brief = _NAMED.findall(request.last_user_text), {"reason": "It knows.", "brief": "Look."}
    properties = request.tools[0]["parameters"]["properties"]
    if "expert" in properties:  # one tool for a large panel
        experts = properties["expert"]["enum"]
        wanted = [name for name in experts if name in named] or experts
        return [Call(request.tools[0]["name"], {"expert": name, **brief}) for name in wanted]
    offered = [tool["name"] for tool in request.tools]
    wanted = [name for name in offered if name.removeprefix("consult_") in named] or offered
    return [Call(name, brief) for name in wanted]


def latency(pace: float) -> Callable[[dict[str, object]], float]:
    """Return how long the model takes: the router's requests offer tools."""
    return lambda body: pace * (ROUTER if body.get("tools") else EXPERT)


class Audience:
    """Notices what people see of each thread: its status line and its replies, without the plan."""

    def __init__(self, slack: SlackPlayground) -> None:
        self._seen: Counter[Thread] = Counter()
        self._changed: dict[Thread, asyncio.Event] = {}
        slack.workspace.subscribe(self._look)

    async def sign(self, thread: Thread) -> None:
        """Return when anything is to be seen."""
        await self._until(thread, lambda: thread in self._seen)

    async def replies(self, thread: Thread, count: int) -> None:
        """Return when there are so many replies."""
        await self._until(thread, lambda: self._seen[thread] >= count)

    async def _until(self, thread: Thread, holds: Callable[[], bool]) -> None:
        changed = self._changed.setdefault(thread, asyncio.Event())
        async with asyncio.timeout(300):
            while not holds():
                changed.clear()
                await changed.wait()

    def _look(self, change: Change) -> None:
        message, status = change.message, change.status
        if change.kind == "status" and status and status.text:
            thread, more = (status.channel, status.thread_ts), 0
        elif change.kind == "posted" and message and message.bot_id and not _is_plan(message):
            thread, more = (message.channel, message.thread_ts or message.ts), 1
        else:
            return
        self._seen[thread] += more
        if changed := self._changed.get(thread):
            changed.set()


def _is_plan(message: Message) -> bool:
    return bool(message.blocks) and message.blocks[0]["type"] == "plan"


@dataclass(frozen=True, slots=True)
class World:
    """The two servers that every contender speaks with."""

    slack: SlackPlayground
    openai: OpenAIPlayground
    audience: Audience

    def ask(
        self,
        text: str = QUESTION,
        *,
        place: int = 0,
        ts: str | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Thread:
        """Let Ada mention the bot in one of the channels."""
        channel = CHANNELS[place % len(CHANNELS)]
        said = self.slack.people.say(ADA, channel, f"<@{BOT_USER}> {text}", ts, files=files)
        return channel, ts or said


@asynccontextmanager
async def open_world(pace: float, prepare: Callable[[World], None]) -> AsyncIterator[World]:
    """Start both servers, *prepare*d before; *pace* multiplies the model's latency."""
    slack, openai = SlackPlayground(), OpenAIPlayground(brain=ScriptedBrain(brain))
    for channel in CHANNELS:
        slack.workspace.add(Channel(channel, channel.lower(), members={ADA, BOT_USER}))
    openai.latency.first = latency(pace)
    world = World(slack, openai, Audience(slack))
    prepare(world)
    async with slack, openai:
        yield world
