"""The whole bot before a local Slack and a local model API, over real HTTP, WebSocket and Redis."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from socket import create_server

import pytest

from bot.adapters.redis.connection.scripting import Connection
from bot.assembly import storage
from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.json_types import Json
from bot.playground.openai.items.items import text_of
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text, is_user
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BOT_ID, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message
from bot.settings.config import Config
from bot.settings.environment import read
from tests.inspection.inspector import OpenAIInspector
from tests.inspection.slack_inspector import SlackInspector
from tests.processes import BotProcess, bot_process, warm_up
from tests.screen_reader import ScreenReader
from tests.scripted_brain import ScriptedBrain

SECRET = "a-secret-of-at-least-16-characters"
MENTION = f"<@{BOT_USER}>"


def panel_brain(request: ModelRequest) -> Reply:
    """The router consults the experts that the message names; everybody says who they are."""
    if not request.tools:
        who = request.instructions.split(".")[0].removeprefix("You are ")
        count = len([item for item in request.items if is_user(item)])
        return [Text(f"Answer {count} of {who}")]
    last = request.items[-1]
    answered = last["type"] == "function_call_output" and "aborted" not in text_of(last)
    if not request.may_call or answered:
        return [Text("They agree.")]
    asked = request.last_user_text.casefold()
    names = [tool["name"] for tool in request.tools]
    wanted = [name for name in names if name.removeprefix("consult_") in asked]
    brief = {"reason": "It was named.", "brief": "Please look at it."}
    return [Call(name, brief) for name in wanted] or [Text("I can say that myself.")]


@dataclass
class World:
    """Everything outside the bot, and the bot's settings."""

    slack: SlackPlayground
    openai: OpenAIPlayground
    redis: Connection
    environ: dict[str, str]
    brain: ScriptedBrain
    bots: list[asyncio.Task[None]] = field(default_factory=list)

    def config(self) -> Config:
        return read(self.environ)

    def say(self, text: str, thread_ts: str | None = None, **more: object) -> str:
        """Let Ada say something in #general; returns its ts."""
        return self.slack.people.say(ADA, GENERAL, text, thread_ts, **more)  # type: ignore[arg-type]

    def thread(self, ts: str, channel: str = GENERAL) -> list[Message]:
        """The replies to a message."""
        return self.slack.workspace.thread(channel, ts)[1:]

    def said(self, ts: str, channel: str = GENERAL) -> list[tuple[str, str]]:
        """Who of the bot's said what in a thread, the plan left out."""
        return [
            (message.username or "Panelbot", body(message))
            for message in self.thread(ts, channel)
            if message.bot_id == BOT_ID and message.blocks[0]["type"] != "plan"
        ]

    async def plan(self, ts: str) -> Message:
        """Return the plan in a thread, once it is there."""

        def plans() -> list[Message]:
            return [
                one for one in self.thread(ts) if one.bot_id and one.blocks[0]["type"] == "plan"
            ]

        await self.slack.people.wait_for(plans)
        return plans()[0]

    async def idle(self) -> None:
        """Return when every turn is done, and what it left in the outbox is shown."""
        await asyncio.sleep(0.05)  # for what was pressed to arrive at the queue
        with suppress(TimeoutError):  # a test may let nobody listen
            async with asyncio.timeout(5):
                await self.slack.deliverer.settle()
        async with storage.open_storage(self.config()) as memory, asyncio.timeout(60):
            while True:
                depth = await memory.queue.depth()
                if depth.waiting == depth.running == depth.delayed == 0:
                    break
                await asyncio.sleep(0.01)
            while await memory.outbox.waiting():  # noqa: ASYNC110 - Redis sends no events
                await asyncio.sleep(0.01)

    async def start_bot(self) -> None:
        """Start a receiving and an answering side in this process."""
        config = self.config()
        for part in (open_web(config), open_worker(config)):
            self.bots.append(asyncio.create_task(run_part(part)))
        if config.uses_socket_mode:
            await self.slack.sockets.wait_for_connection()
        else:
            carrier = self.slack.deliver_to(f"http://127.0.0.1:{config.port}/slack/events")
            await until_reachable(config.port)
            assert await carrier.verify_url()

    async def stop_bot(self) -> None:
        for task in self.bots:
            task.cancel()
        await asyncio.gather(*self.bots, return_exceptions=True)
        self.bots.clear()

    def command(self, *args: str) -> AbstractAsyncContextManager[BotProcess]:
        """Run ``panelbot`` as a process of its own."""
        return bot_process(*args, environ=self.environ)

    async def panelbot(self, *args: str) -> tuple[int, str, str]:
        """Run ``panelbot`` to its end; returns its exit code and what it printed."""
        async with self.command(*args) as process, asyncio.timeout(30):
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    def conversations(self) -> Sequence[Json]:
        """The metadata of all conversations on the model's side."""
        return [one.metadata for one in self.openai.conversations.values()]

    def asked(self, conversation: str) -> list[str]:
        """What the user's side said in a conversation."""
        items = self.openai.conversations[conversation].items
        return [text_of(item) for item in items if is_user(item)]


def body(message: Message) -> str:
    """What people read."""
    return "\n".join(b["text"] for b in message.blocks if b["type"] == "markdown") or message.text


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def until_reachable(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                await writer.wait_closed()
                return


@pytest.fixture(scope="session")
def imported_bot() -> None:
    """What commands are forked from is there already: tests with a timeout start none."""
    warm_up()


@pytest.fixture
async def world(
    imported_bot: None,
    redis: Connection,
    redis_url: str,
    openai_inspector: OpenAIInspector,
    slack_inspector: SlackInspector,
) -> AsyncIterator[World]:
    """The world without the bot."""
    brain = ScriptedBrain(panel_brain)
    async with (
        SlackPlayground(retry_after=(0.05, 0.2, 0.5)) as slack,
        openai_inspector.watch(OpenAIPlayground(brain=brain, assistants=True)) as openai,
    ):
        environ = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "OPENAI_API_KEY": openai.api_key,
            "OPENAI_BASE_URL": openai.base_url,
            "REDIS_URL": redis_url,
            "PANELBOT_SECRET": SECRET,
            "PANELBOT_HOST": "127.0.0.1",
            "PORT": str(free_port()),
            "PANELBOT_CHANNELS_SHARING": GENERAL,  # Sam of another organisation is in it
        }
        reader = ScreenReader(slack.workspace)
        here = World(slack, openai, redis, environ, brain)
        yield here
        await here.stop_bot()
        assert reader.complaints == []
        slack_inspector.look_at(slack.calls)


@pytest.fixture
async def bot(world: World) -> World:
    """The world with the bot in it, over Socket Mode."""
    await world.start_bot()
    return world


@pytest.fixture(params=["socket mode", "http"])
async def bot_on_both(world: World, request: pytest.FixtureRequest) -> World:
    """The world with the bot in it, over each transport."""
    if request.param == "http":
        del world.environ["SLACK_APP_TOKEN"]
    await world.start_bot()
    return world
