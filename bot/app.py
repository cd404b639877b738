"""The composition root: the only module that knows which adapter fills which port."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from bot import library, model_side, prices, toolbox
from bot.adapters.functions.discovery import discover
from bot.adapters.functions.running import InstalledFunctions
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
)
from bot.adapters.slack.document_desk import DocumentDesk
from bot.adapters.slack.handle_desk import HandleDesk
from bot.adapters.slack.home_page import HomePage
from bot.adapters.slack.user_groups import UserGroups
from bot.config import Config
from bot.memory_side import Memory, open_memory
from bot.panel.approval_desk import ApprovalClock, ApprovalDesk
from bot.panel.approvals import Approvers, approvers
from bot.panel.feedback_desk import FeedbackDesk
from bot.panel.intake import Intake
from bot.panel.interpreter import Interpreter
from bot.panel.link_book import LinkRecovery
from bot.panel.model import UserId
from bot.panel.overview import OverviewDesk
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
from bot.slack_side import Slack, open_slack

log = logging.getLogger(__name__)

GRACE = 25.0  # seconds for running turns at shutdown: platforms kill after thirty

Serve = Callable[[], Awaitable[None]]
Part = AbstractAsyncContextManager[Serve]


@asynccontextmanager
async def open_web(config: Config) -> AsyncIterator[Serve]:
    """Open the receiving side; the result receives until it is cancelled."""
    async with (
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        model_side.open_model(config, memory.conversations) as model,
        model_side.open_knowledge(config) as knowledge,
    ):
        interpreter = Interpreter(slack.people, config.language)
        bolt = receiver.bolt_app(slack.client, slack.identity, interpreter)
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
        home.register(bolt, page, editor, handles, documents, slack.identity, slack.api)
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
        interpreter = Interpreter(slack.people, config.language)
        installed = discover(library.library())
        installed.warn()
        runner = TurnRunner(
            journal=memory.journal,
            reports=memory.reports,
            threads=memory.threads,
            editor=panel_editor(config, memory, slack),
            interpreter=interpreter,
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
        line = WaitingLine(memory.queue, memory.threads, slack.messenger, interpreter)
        clock = ApprovalClock(memory.approvals, every=min(5, approval / 4))
        yield lambda: _work(worker, line, clock, config)


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()


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
