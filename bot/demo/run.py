"""The demo: the bot as it is, before a local Slack and model API, with a Redis of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.redis.connection import client
from bot.adapters.redis.connection.embedded import embedded_server
from bot.adapters.slack.api.manifest import manifest
from bot.assembly import operator, storage
from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.panel.errors import Refused
from bot.panel.links import ThreadLinks
from bot.panel.model import ThreadRef
from bot.panel.roster.knowledge import Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.messages import Message
from bot.settings.config import Config
from bot.settings.environment import read

log = logging.getLogger(__name__)

_TICKETS = """\
mcp:
  - {{label: tickets, url: "{url}", purpose: Opens tickets, tools: [open_ticket]}}
"""
_LOOK_AGAIN = 0.02
_LONGEST = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread, as a reader sees it."""

    ts: str
    author: str
    icon: str
    is_app: bool
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A thread, and the conversations behind it."""

    thread: ThreadRef
    messages: tuple[Said, ...]
    links: ThreadLinks


class Demo:
    """The running demo."""

    def __init__(self, slack: SlackPlayground, config: Config, *, own_redis: bool) -> None:
        self._slack = slack
        self._config = config
        self.url = slack.url
        address = client.address(config.redis_url)
        self.redis = "embedded" if own_redis else address
        playground = config.openai_api_key == OpenAIPlayground.api_key
        self.model = "rules, no AI" if playground else f"{config.router_model} and experts' own"

    async def ask(self, question: str) -> Shown:
        """Mention the bot in a channel, wait for the end of the turn and return the thread."""
        text = f"<@{self._slack.bot_user_id}> {question}"
        ts = self._slack.people.say(ADA, GENERAL, text)
        thread = ThreadRef(self._slack.workspace.team_id, GENERAL, ts)
        async with storage.open_storage(self._config) as memory, asyncio.timeout(_LONGEST):
            await self._slack.people.wait_for(lambda: self._answered(thread), _LONGEST)
            while not await _idle(memory):  # noqa: ASYNC110 - Redis sends no word when a turn ends
                await asyncio.sleep(_LOOK_AGAIN)
            links = await memory.threads.links(thread)
        messages = self._slack.workspace.thread(GENERAL, ts)
        return Shown(thread, tuple(self._said(message) for message in messages), links)

    def _answered(self, thread: ThreadRef) -> bool:
        return len(self._slack.workspace.thread(thread.channel_id, thread.thread_ts)) > 1

    def _said(self, message: Message) -> Said:
        users = self._slack.workspace.users
        speaker = users.get(message.user or self._slack.bot_user_id)
        name = message.username or (speaker.shown_name if speaker else "?")
        written = (b["text"] for b in message.blocks if b["type"] == "markdown")
        text = "\n\n".join(written) or message.text
        mention = f"<@{self._slack.bot_user_id}>"
        return Said(
            message.ts,
            name,
            message.icon_emoji or (speaker.emoji if speaker else ""),
            message.bot_id is not None,
            text.replace(mention, f"@{users[self._slack.bot_user_id].name}"),
        )


@asynccontextmanager
async def open_demo(environ: Mapping[str, str], *, port: int, pace: float) -> AsyncIterator[Demo]:
    """Start everything. *pace* is how many seconds the local model takes, about.

    Uses the OpenAI API if OPENAI_API_KEY is set, and the Redis in REDIS_URL if that is.
    """
    async with AsyncExitStack() as opened:
        slack = SlackPlayground(port)
        add_page(slack.app, slack, manifest())
        try:
            await opened.enter_async_context(slack)
        except OSError as error:
            raise Refused(f"--port {port} cannot be served: {error.strerror}") from error
        redis_url = environ.get("REDIS_URL", "").strip()
        own_redis = not redis_url
        if own_redis:
            redis_url = await opened.enter_async_context(embedded_server())
        settings = {**environ, "REDIS_URL": redis_url, **_slack_settings(slack)}
        settings.setdefault("PANELBOT_TOOLS", await _tools(environ, opened))
        if not environ.get("OPENAI_API_KEY", "").strip():
            openai = await opened.enter_async_context(OpenAIPlayground(assistants=True))
            openai.latency.first = lambda body: pace if body.get("tools") else 2 * pace
            openai.latency.piece = pace / 50
            settings |= {"OPENAI_API_KEY": openai.api_key, "OPENAI_BASE_URL": openai.base_url}
        config = read(settings)
        if config.openai_api_key == OpenAIPlayground.api_key:
            await _teach(config)
        tasks = await opened.enter_async_context(asyncio.TaskGroup())
        serving = [
            tasks.create_task(run_part(part)) for part in (open_web(config), open_worker(config))
        ]
        await slack.sockets.wait_for_connection()
        yield Demo(slack, config, own_redis=own_redis)
        for task in serving:
            task.cancel()


async def _tools(environ: Mapping[str, str], opened: AsyncExitStack) -> str:
    """Return the file with the tools of the demo's experts; the Assistants API offers none.

    The server of tools is on this machine, where OpenAI itself cannot reach it.
    """
    if environ.get("PANELBOT_BACKEND", "").strip().casefold() == "assistants":
        return ""
    hosted = files("bot.demo") / "tools.yaml"
    if environ.get("OPENAI_API_KEY", "").strip():
        return str(hosted)
    server = await opened.enter_async_context(McpPlayground())
    allowed = Path(opened.enter_context(TemporaryDirectory())) / "tools.yaml"
    allowed.write_text(hosted.read_text("utf-8") + _TICKETS.format(url=server.url), "utf-8")
    return str(allowed)


async def _teach(config: Config) -> None:
    """Give one expert a document, so that its answers have something to cite."""
    policy = (files("bot.demo") / "policy.md").read_bytes()
    async with operator.open_documents(config) as (team, documents):
        collection = await documents.open(WorkspaceScope(team), "legal", None)
        await documents.add(collection, Upload("open-source-policy.md", policy))


async def _idle(memory: storage.Storage) -> bool:
    depth = await memory.queue.depth()
    return depth.running == depth.waiting == depth.delayed == 0


def _slack_settings(slack: SlackPlayground) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }
