"""The composition root: the only module that knows which adapter fills which port."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from bot.adapters.functions.discovery import discover
from bot.adapters.functions.running import InstalledFunctions
from bot.adapters.slack.api.user_groups import UserGroups
from bot.adapters.slack.buttons import (
    approvals,
    feedback,
    follow_ups,
    retry_and_stop,
    show_work,
    sources,
)
from bot.adapters.slack.experts import commands, document_listeners
from bot.adapters.slack.experts.documents_command import DocumentsCommand
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.home import home_listeners
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.receiving import listeners, receiver, socket_mode
from bot.assembly import model_server
from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.experts import library
from bot.panel.approvals.approvals import Approvers, approvers
from bot.panel.approvals.decisions import ApprovalDecisions, ApprovalExpiry
from bot.panel.intake.intake import Intake
from bot.panel.intake.queue_positions import QueuePositions
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.messaging.locales import Locales
from bot.panel.model import UserId
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from bot.panel.reports.overview import OverviewReader
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.roster.expert_documents import ExpertDocuments
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_file import FilePanelStore
from bot.panel.roster.panel_store import PanelStore
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.timeouts import Timeouts
from bot.panel.tools import Toolbox
from bot.panel.turn.turn_runner import TurnRunner
from bot.panel.turn.turn_worker import TurnWorker
from bot.settings import prices, tools_file
from bot.settings.config import Config
from bot.settings.panel_reading import load

log = logging.getLogger(__name__)

GRACE = 25.0  # seconds for running turns at shutdown: platforms kill after thirty

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


@asynccontextmanager
async def open_web(config: Config) -> AsyncIterator[Serve]:
    """Open the receiving side; the result receives until it is cancelled."""
    async with (
        open_storage(config) as memory,
        open_slack(config, memory) as slack,
        model_server.open_model(config, memory.conversations) as model,
        model_server.open_knowledge(config) as knowledge,
    ):
        locales = Locales(slack.people, config.language)
        bolt = receiver.bolt_app(slack.client, slack.identity, locales)
        intake = Intake(memory.queue, memory.threads)
        listeners.register(bolt, intake, memory.handles, slack.identity)
        editor = panel_editor(config, memory, slack)
        retry_and_stop.register(bolt, memory.queue, slack.api)
        decisions = ApprovalDecisions(memory.approvals, slack.people, approvers_of(config))
        approvals.register(bolt, decisions, slack.identity, slack.api)
        follow_ups.register(bolt, intake, editor, slack.identity, slack.api)
        teaching = ExpertDocuments(editor, knowledge)
        documents = DocumentsCommand(teaching, slack.files, slack.mentions, slack.api)
        groups = UserGroups(slack.api, slack.identity.bot_user_id)
        handles = HandlesCommand(editor, memory.handles, groups, slack.api)
        commands.register(bolt, editor, documents, handles, slack.identity, slack.api)
        document_listeners.register(bolt, documents, slack.identity)
        sources.register(bolt, knowledge, slack.api)
        recovery = LinkRecovery(memory.threads, model, slack.transcript)
        costs = prices.prices(config.prices)
        desk = TurnInspector(memory.reports, recovery, model, costs)
        show_work.register(bolt, desk, slack.identity, slack.api)
        opinions = FeedbackRecorder(memory.feedback, memory.reports, editor, _models(config))
        feedback.register(bolt, opinions, slack.identity, slack.api)
        overviews = OverviewReader(editor, memory.reports, memory.feedback, memory.handles, costs)
        page = HomePage(overviews, slack.identity, slack.api)
        home_listeners.register(bolt, page, editor, handles, documents, slack.identity, slack.api)
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
        open_storage(config) as memory,
        open_slack(config, memory) as slack,
        model_server.open_model(config, memory.conversations) as model,
    ):
        await model_server.require_backend(config)
        function, approval = config.function_timeout, config.approval_hours * 3600
        timeouts = Timeouts(expert=config.expert_timeout, function=function, approval=approval)
        locales = Locales(slack.people, config.language)
        installed = discover(library.library())
        installed.warn()
        runner = TurnRunner(
            journal=memory.journal,
            reports=memory.reports,
            threads=memory.threads,
            editor=panel_editor(config, memory, slack),
            locales=locales,
            model=model,
            functions=InstalledFunctions(installed.functions),
            messenger=slack.messenger,
            transcript=slack.transcript,
            files=slack.files,
            models=_models(config),
            approvals=memory.approvals,
            approvers=approvers_of(config),
            timeouts=timeouts,
            levels=config.expert_levels,
        )
        worker = TurnWorker(
            memory.queue,
            runner,
            timeouts=timeouts,
            concurrency=config.concurrency,
            lease=config.lease,
        )
        line = QueuePositions(memory.queue, memory.threads, slack.messenger, locales)
        clock = ApprovalExpiry(memory.approvals, every=min(5, approval / 4))
        yield lambda: _work(worker, line, clock, config)


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()


def panel_editor(config: Config, memory: Storage, slack: Slack) -> PanelEditor:
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


def panels_of(config: Config, memory: Storage) -> tuple[PanelStore, str]:
    """Return the panels as they count, and where they are kept if that is a file."""
    if not config.panel_file:
        return memory.panels, ""
    file = load(config.panel_file)
    log.info("panel_file.read", extra={"channels": len(file.channels)})
    return FilePanelStore(file, memory.panels), file.kept_in


def tools(config: Config) -> Toolbox:
    """Return the tools that experts may have. Raises Refused if they cannot be had."""
    allowed = tools_file.toolbox(config.tools, os.environ)
    model_server.require_tools(config, allowed)
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


async def _work(
    worker: TurnWorker, line: QueuePositions, clock: ApprovalExpiry, config: Config
) -> None:
    """Answer turns; what is wrong with the models is told at once, but stops nothing."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(model_server.warn(config))
        beside = [tasks.create_task(line.run()), tasks.create_task(clock.run())]
        try:
            await worker.run()
        finally:
            for task in beside:
                task.cancel()
            await worker.drain(GRACE)
