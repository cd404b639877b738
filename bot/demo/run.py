"""The demo: the unchanged bot with a local Slack, a local model API and an embedded Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.redis.connection import client
from bot.adapters.redis.connection.embedded import embedded_server
from bot.adapters.slack.app.manifest import manifest
from bot.assembly import operator, storage
from bot.assembly.checks.required_models import require_models
from bot.assembly.parts import QUIET, Status, run_part
from bot.assembly.web import open_web
from bot.assembly.worker import open_worker
from bot.demo import workspaces
from bot.demo.stand_in import open_stand_in
from bot.demo.try_this import TryThis, abilities
from bot.experts.library import library
from bot.panel.errors import Refused
from bot.panel.links import ThreadLinks
from bot.panel.model import ExpertName, ThreadRef
from bot.panel.reports.turn_report import TurnReport
from bot.panel.roster.documents.knowledge import Upload
from bot.panel.roster.roster import WorkspaceScope
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.page.routes import PlaygroundPage, add_page
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, PRIVATE
from bot.playground.slack.workspace.messages import Message
from bot.settings.config import SETTINGS, Config
from bot.settings.environment import read
from bot.settings.secret_kinds import new_key

log = logging.getLogger(__name__)

_TICKETS = """\
mcp:
  - label: tickets
    url: "{url}"
    purpose: Opens tickets
    tools: [open_ticket]
    not_the_asker: no   # the demo has one user
"""
NOTICE = "Answers here come from rules, not AI. Set OPENAI_API_KEY for real ones."
_OWN = {  # the first workspace's settings
    "PANELBOT_CHANNELS_SHARING": GENERAL,  # it has a partner in it
    "PANELBOT_ALERTS": PRIVATE,
}
_BUDGETS = "workspace $50/month"
_PATHS = {"PANELBOT_PANEL_FILE", "PANELBOT_TOOLS", "PANELBOT_PRICES"}
_POLL_EVERY = 0.02  # seconds
_TIMEOUT = 15 * 60.0  # seconds


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message of a thread, as people see it in Slack."""

    ts: str
    author: str
    icon: str
    is_app: bool
    text: str
    part: str = ""  # of the turn that it is: "plan", "reply:<call id>:0", …
    expert: ExpertName | None = None  # whose reply it is


@dataclass(frozen=True, slots=True)
class Answered:
    """A thread after the bot has answered, the conversations behind it, and what it took."""

    thread: ThreadRef
    messages: tuple[ShownMessage, ...]
    links: ThreadLinks
    report: TurnReport | None = None  # None: the turn could not be finished


class Demo:
    """The running demo."""

    def __init__(
        self,
        slack: SlackPlayground,
        config: Config,
        settings: Mapping[str, str],
        opening_question: str,
        *,
        own_redis: bool,
    ) -> None:
        self._slack = slack
        self._config = config
        self._opening_question = opening_question
        self.settings = settings  # from which the other commands read how to reach it
        self.url = slack.url
        address = client.address(config.redis_url)
        self.redis = "embedded" if own_redis else address
        self.is_ai = config.openai_api_key != OpenAIPlayground.api_key
        self.model = f"{config.router_model} and experts' own" if self.is_ai else "rules, not AI"

    def begin_thread(self) -> None:
        """Let somebody ask what makes a thread to read, unless that costs money."""
        if not self.is_ai:
            self._mention(BEN, self._opening_question)

    async def ask(self, question: str, earlier: Sequence[str] = ()) -> Answered:
        """Mention the bot in a channel, wait for the end of the turn and return the thread.

        What was said *earlier* in the thread did not mention it. Raises Refused if it takes too
        long.
        """
        root = None
        for text in earlier:
            ts = self._slack.people.say(ADA, GENERAL, text, root)
            root = root or ts
        ts = self._mention(ADA, question, root)
        thread = ThreadRef(self._slack.workspace.team_id, GENERAL, root or ts)
        turn = thread.turn(ts)
        begun = len(earlier) + 1
        async with storage.open_storage(self._config) as opened:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._slack.people.wait_for(lambda: self._said(thread) > begun, _TIMEOUT)
                    while await opened.queue.busy([thread]):  # noqa: ASYNC110 - Redis has no event for the end of a turn
                        await asyncio.sleep(_POLL_EVERY)
            except TimeoutError as error:
                raise Refused(f"Nobody answered within {_TIMEOUT / 60:g} minutes.") from error
            links = await opened.threads.links(thread)
            report = await opened.reports.find(thread, turn)
        messages = self._slack.workspace.thread(GENERAL, thread.thread_ts)
        return Answered(thread, tuple(map(self._shown, messages)), links, report)

    def _mention(self, user: str, text: str, thread_ts: str | None = None) -> str:
        mention = f"<@{self._slack.bot_user_id}>"
        return self._slack.people.say(user, GENERAL, f"{mention} {text}", thread_ts)

    def _said(self, thread: ThreadRef) -> int:
        return len(self._slack.workspace.thread(thread.channel_id, thread.thread_ts))

    def _shown(self, message: Message) -> ShownMessage:
        users = self._slack.workspace.users
        author = users.get(message.user or self._slack.bot_user_id)
        name = message.username or (author.shown_name if author else "?")
        markdown = (b["text"] for b in message.blocks if b["type"] == "markdown")
        text = "\n\n".join(markdown) or message.text
        mention = f"<@{self._slack.bot_user_id}>"
        stamp = (message.metadata or {}).get("event_payload", {}) if message.bot_id else {}
        return ShownMessage(
            message.ts,
            name,
            message.icon_emoji or (author.emoji if author else ""),
            message.bot_id is not None,
            text.replace(mention, f"@{users[self._slack.bot_user_id].name}"),
            stamp.get("part") or "",
            stamp.get("expert"),
        )


@asynccontextmanager
async def open_demo(
    environ: Mapping[str, str], *, port: int, pace: float, status: Status = QUIET
) -> AsyncIterator[Demo]:
    """Start everything. The local model takes about *pace* seconds for a reply.

    Uses the OpenAI API if OPENAI_API_KEY is set, and the Redis in REDIS_URL if that is.
    """
    settings = _given(environ)
    own_redis = "REDIS_URL" not in settings
    by_rules = "OPENAI_API_KEY" not in settings
    own_tickets = by_rules and "PANELBOT_TOOLS" not in settings
    async with AsyncExitStack() as stack:
        slack, page = await _open_slack(port, NOTICE if by_rules else "", stack)
        settings |= {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        own = {name: text for name, text in _OWN.items() if name not in settings}
        settings |= own
        settings.setdefault("PANELBOT_BUDGETS", _BUDGETS)
        if own_redis:
            for secret in ("PANELBOT_ENCRYPTION_KEYS", "PANELBOT_SECRET"):
                settings.setdefault(secret, new_key())
            settings["REDIS_URL"] = await stack.enter_async_context(embedded_server())
        if "PANELBOT_TOOLS" not in settings:
            settings["PANELBOT_TOOLS"] = await _tools(settings, stack)
        if by_rules:
            settings |= await stack.enter_async_context(open_stand_in(pace))
        config = read({**environ, **settings})
        if by_rules:
            await _add_document(config)
        else:
            await require_models(config, answering=True)
        served, begun = config, workspaces.Begun()
        if own_redis:  # another may hold what was encrypted with other keys, or not at all
            for_all = workspaces.for_all_workspaces(slack, page)
            settings = workspaces.without_own(settings, own) | for_all
            served = read(workspaces.without_own(environ, own) | settings)
            await workspaces.note_first(slack, served, own)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        serving = [
            tasks.create_task(run_part(part))
            for part in (open_web(served, begun), open_worker(served, status))
        ]
        await begun.wait()
        tries = TryThis(abilities(config, own_tickets=own_tickets))
        page.offer(tries.items())
        yield Demo(slack, config, settings, tries.opening_question(), own_redis=own_redis)
        for task in serving:
            task.cancel()


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in *environ*; what is at a path, the demo's other commands find too."""
    names = (setting.name for setting in SETTINGS.values())
    given = {name: value for name in names if (value := environ.get(name, "").strip())}
    return given | {name: str(Path(given[name]).absolute()) for name in _PATHS & given.keys()}


async def _open_slack(
    port: int, notice: str, stack: AsyncExitStack
) -> tuple[SlackPlayground, PlaygroundPage]:
    slack = SlackPlayground(port)
    page = add_page(slack.app, slack, manifest(), notice)
    try:
        return await stack.enter_async_context(slack), page
    except OSError as error:
        raise Refused(
            f"--port {port} cannot be used: {error.strerror}. Name another port."
        ) from error


async def _tools(settings: Mapping[str, str], stack: AsyncExitStack) -> str:
    """Return the file with the tools of the demo's experts; the Assistants API has none of them.

    The MCP server runs on this machine, so it is only used with the local model: OpenAI could not
    reach it.
    """
    if settings.get("PANELBOT_BACKEND", "").casefold() == "assistants":
        return ""
    hosted = files("bot.demo") / "tools.yaml"
    if "OPENAI_API_KEY" in settings:
        return str(hosted)
    server = await stack.enter_async_context(McpPlayground())
    allowed = Path(stack.enter_context(TemporaryDirectory())) / "tools.yaml"
    allowed.write_text(hosted.read_text("utf-8") + _TICKETS.format(url=server.url), "utf-8")
    return str(allowed)


async def _add_document(config: Config) -> None:
    """Give one of the bundled experts a document to cite, if it is on the panel as it is."""
    policy = (files("bot.demo") / "policy.md").read_bytes()
    async with operator.open_documents(config) as (workspace, documents):
        everywhere = WorkspaceScope(workspace.team_id)
        try:
            expert = await documents.check_may_teach(everywhere, "legal", None)
            if expert.instructions not in {bundled.instructions for bundled in library()}:
                return  # a company's own, who would not cite ours
            collection = await documents.open(everywhere, "legal", None)
        except Refused as refusal:
            log.info("demo.without_document", extra={"reason": str(refusal)})
            return
        await documents.add(collection, Upload("open-source-policy.md", policy), None)
