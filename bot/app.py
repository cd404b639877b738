"""The composition root: the only module that knows which adapter fills which port."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

from slack_sdk.web.async_client import AsyncWebClient

from bot import library, model_side, prices, toolbox
from bot.adapters.functions.discovery import discover
from bot.adapters.functions.running import InstalledFunctions
from bot.adapters.redis import connection
from bot.adapters.redis.approval_store import RedisApprovalStore
from bot.adapters.redis.conversation_store import RedisConversationStore
from bot.adapters.redis.feedback_store import RedisFeedbackStore
from bot.adapters.redis.handle_store import RedisHandleStore
from bot.adapters.redis.journal import RedisJournal
from bot.adapters.redis.keys import Shards
from bot.adapters.redis.pace import RedisPace
from bot.adapters.redis.panel_store import RedisPanelStore
from bot.adapters.redis.report_store import RedisReportStore
from bot.adapters.redis.scripting import Connection
from bot.adapters.redis.thread_store import RedisThreadStore
from bot.adapters.redis.turn_queue import RedisTurnQueue
from bot.adapters.slack import (
    approvals,
    buttons,
    commands,
    feedback,
    home,
    lessons,
    listeners,
    receiver,
    show_work,
    socket_mode,
    sources,
    steering,
    web_api,
)
from bot.adapters.slack.document_desk import DocumentDesk
from bot.adapters.slack.files import SlackFiles
from bot.adapters.slack.handle_desk import HandleDesk
from bot.adapters.slack.home_page import HomePage
from bot.adapters.slack.identity import Identity, identify
from bot.adapters.slack.mentions import Mentions
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.metadata import StampSigner
from bot.adapters.slack.people import SlackPeople
from bot.adapters.slack.transcript import SlackTranscript
from bot.adapters.slack.user_groups import UserGroups
from bot.adapters.slack.web_api import SlackApi
from bot.config import Config, ConfigError, Problem
from bot.panel.approval_desk import ApprovalClock, ApprovalDesk
from bot.panel.approvals import Approvers, approvers
from bot.panel.feedback_desk import FeedbackDesk
from bot.panel.intake import Intake
from bot.panel.link_book import LinkRecovery
from bot.panel.model import UserId
from bot.panel.overview import OverviewDesk
from bot.panel.pace import Pace, Unpaced
from bot.panel.panel_editor import PanelEditor
from bot.panel.panel_file import FiledPanels
from bot.panel.patience import Patience
from bot.panel.stores import PanelStore
from bot.panel.teaching import Teaching
from bot.panel.toolbox import Toolbox
from bot.panel.turn_context import ModelChoice
from bot.panel.turn_runner import TurnRunner
from bot.panel.turn_worker import TurnWorker
from bot.panel.waiting_line import WaitingLine
from bot.panel.work_desk import WorkDesk
from bot.panel_yaml.reading import load

log = logging.getLogger(__name__)

GRACE = 25.0  # seconds for running turns at shutdown: platforms kill after thirty

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


@dataclass(frozen=True, slots=True)
class Memory:
    """The Redis side."""

    redis: Connection
    queue: RedisTurnQueue
    journal: RedisJournal
    reports: RedisReportStore
    threads: RedisThreadStore
    panels: RedisPanelStore
    conversations: RedisConversationStore
    feedback: RedisFeedbackStore
    handles: RedisHandleStore
    approvals: RedisApprovalStore


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack side."""

    client: AsyncWebClient
    api: SlackApi
    identity: Identity
    people: SlackPeople
    mentions: Mentions
    files: SlackFiles
    messenger: SlackMessenger
    transcript: SlackTranscript


@asynccontextmanager
async def open_memory(config: Config) -> AsyncIterator[Memory]:
    """Connect to Redis. Raises PanelError, with what to do, if it will not serve."""
    shards = Shards(config.redis_shards)
    redis = redis_of(config)
    try:
        await connection.prepare(redis, config.redis_url, shards)
        yield Memory(
            redis,
            RedisTurnQueue(redis, shards, lease=config.lease, room=config.channel_concurrency),
            RedisJournal(redis, shards),
            RedisReportStore(redis, shards),
            RedisThreadStore(redis, shards),
            RedisPanelStore(redis),
            RedisConversationStore(redis),
            RedisFeedbackStore(redis),
            RedisHandleStore(redis),
            RedisApprovalStore(redis, shards),
        )
    finally:
        await redis.aclose()


@asynccontextmanager
async def open_slack(config: Config, memory: Memory) -> AsyncIterator[Slack]:
    """Find out who we are in Slack. Raises PanelError, with what to do, if it will not serve."""
    async with web_api.session() as session:
        client = web_api.client(config.slack_bot_token, config.slack_api_url, session)
        identity = await identify(client)
        api = SlackApi(client, _pace(config, memory, identity))
        signer = StampSigner(config.secrets)
        people = SlackPeople(api, identity)
        messenger = SlackMessenger(api, identity, signer)
        mentions = Mentions(people, memory.handles, identity)
        transcript = SlackTranscript(api, identity, signer, mentions)
        files = SlackFiles(api, session, config.slack_bot_token, config.slack_api_url)
        yield Slack(client, api, identity, people, mentions, files, messenger, transcript)


@asynccontextmanager
async def open_web(config: Config) -> AsyncIterator[Serve]:
    """Open the receiving side; the result receives until it is cancelled."""
    async with (
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        model_side.open_model(config, memory.conversations) as model,
        model_side.open_knowledge(config) as knowledge,
    ):
        bolt = receiver.bolt_app(slack.client, slack.identity)
        intake = Intake(memory.queue, memory.threads)
        listeners.register(bolt, intake, memory.handles, slack.identity)
        editor = panel_editor(config, memory, slack)
        buttons.register(bolt, memory.queue, slack.api)
        decisions = ApprovalDesk(memory.approvals, slack.people, approvers_of(config))
        approvals.register(bolt, decisions, slack.identity, slack.api)
        steering.register(bolt, intake, editor, slack.identity, slack.api)
        teaching = Teaching(editor, knowledge)
        documents = DocumentDesk(teaching, slack.files, slack.mentions, slack.api)
        groups = UserGroups(slack.api, slack.identity.bot_user_id)
        handles = HandleDesk(editor, memory.handles, groups, slack.api)
        commands.register(bolt, editor, documents, handles, slack.identity, slack.api)
        lessons.register(bolt, documents, slack.identity)
        sources.register(bolt, knowledge, slack.api)
        recovery = LinkRecovery(memory.threads, model, slack.transcript)
        costs = prices.prices(config.prices)
        desk = WorkDesk(memory.reports, recovery, model, costs)
        show_work.register(bolt, desk, slack.identity, slack.api)
        opinions = FeedbackDesk(memory.feedback, memory.reports, editor, _models(config))
        feedback.register(bolt, opinions, slack.identity, slack.api)
        overviews = OverviewDesk(editor, memory.reports, memory.feedback, memory.handles, costs)
        page = HomePage(overviews, slack.identity, slack.api)
        home.register(bolt, page, editor, handles, slack.identity, slack.api)
        if config.uses_socket_mode:
            sockets = socket_mode.SocketModeReceiver(
                bolt, config.slack_app_token, slack.client, config.socket_connections
            )
            yield sockets.serve
        else:
            healthy = receiver.health(memory.queue.depth)
            served = receiver.http_app(bolt, config.slack_signing_secret, healthy)
            yield lambda: receiver.serve_http(served, config.host, config.port)


@asynccontextmanager
async def open_worker(config: Config) -> AsyncIterator[Serve]:
    """Open the answering side; the result answers until it is cancelled, then drains."""
    async with (
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        model_side.open_model(config, memory.conversations) as model,
    ):
        await model_side.require_backend(config)
        function, approval = config.function_timeout, config.approval_hours * 3600
        patience = Patience(expert=config.expert_timeout, function=function, approval=approval)
        installed = discover(library.library())
        installed.warn()
        runner = TurnRunner(
            journal=memory.journal,
            reports=memory.reports,
            threads=memory.threads,
            editor=panel_editor(config, memory, slack),
            model=model,
            functions=InstalledFunctions(installed.functions),
            messenger=slack.messenger,
            transcript=slack.transcript,
            files=slack.files,
            models=_models(config),
            approvals=memory.approvals,
            approvers=approvers_of(config),
            patience=patience,
            levels=config.expert_levels,
        )
        worker = TurnWorker(
            memory.queue,
            runner,
            patience=patience,
            concurrency=config.concurrency,
            lease=config.lease,
        )
        line = WaitingLine(memory.queue, memory.threads, slack.messenger)
        clock = ApprovalClock(memory.approvals, every=min(5, approval / 4))
        yield lambda: _work(worker, line, clock, config)


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()


def redis_of(config: Config) -> Connection:
    """Return the way to Redis. Raises ConfigError if its address is malformed."""
    try:
        return connection.connect(config.redis_url)
    except ValueError as error:
        example = "redis://localhost:6379/0"
        raise ConfigError((Problem("REDIS_URL", f"is malformed ({error})", example),)) from error


def panel_editor(config: Config, memory: Memory, slack: Slack) -> PanelEditor:
    """Return what reads and changes panels. Raises Refused if the panel's file will not do."""
    panels, kept_in = panels_of(config, memory)
    return PanelEditor(
        panels,
        slack.people,
        (*library.library(), *discover(library.library()).experts),
        library.defaults(),
        frozenset(UserId(admin) for admin in config.admins),
        tools(config),
        kept_in,
    )


def panels_of(config: Config, memory: Memory) -> tuple[PanelStore, str]:
    """Return the panels as they count, and where they are kept if that is a file."""
    if not config.panel_file:
        return memory.panels, ""
    file = load(config.panel_file)
    log.info("panel_file.read", extra={"channels": len(file.channels)})
    return FiledPanels(file, memory.panels), file.kept_in


def tools(config: Config) -> Toolbox:
    """Return the tools that experts may have. Raises Refused if they cannot be had."""
    allowed = toolbox.toolbox(config.tools, os.environ)
    model_side.require_tools(config, allowed)
    return allowed


def approvers_of(config: Config) -> Approvers:
    """Return who may decide on tools that need approval."""
    named = approvers(config.approvers)
    own = frozenset(UserId(admin) for admin in config.admins)
    return replace(named, users=named.users | own) if named.admins else named


def _models(config: Config) -> ModelChoice:
    return ModelChoice(
        router=config.router_model,
        expert=config.expert_model,
        hard=config.hard_model,
        fallbacks=config.fallback_models,
    )


def _pace(config: Config, memory: Memory, identity: Identity) -> Pace:
    if not config.slack_pace:
        return Unpaced()
    return RedisPace(memory.redis, identity.team_id, share=config.slack_pace)


async def _work(
    worker: TurnWorker, line: WaitingLine, clock: ApprovalClock, config: Config
) -> None:
    """Answer turns; what is wrong with the models is told at once, but stops nothing."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(model_side.warn(config))
        beside = [tasks.create_task(line.run()), tasks.create_task(clock.run())]
        try:
            await worker.run()
        finally:
            for task in beside:
                task.cancel()
            await worker.drain(GRACE)
