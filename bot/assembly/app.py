"""The composition root: the only module that knows which adapter fills which port."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

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
from bot.assembly import model_server, panels
from bot.assembly.slack import open_slack
from bot.assembly.storage import open_storage
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.intake.intake import Intake
from bot.panel.messaging.locales import Locales
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from bot.panel.reports.overview import OverviewReader
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.roster.expert_documents import ExpertDocuments
from bot.panel.threads.link_recovery import LinkRecovery
from bot.settings import prices
from bot.settings.config import Config

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
        editor = panels.panel_editor(config, memory, slack)
        retry_and_stop.register(bolt, memory.queue, slack.api)
        decisions = ApprovalDecisions(memory.approvals, slack.people, panels.approvers_of(config))
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
        opinions = FeedbackRecorder(memory.feedback, memory.reports, editor, panels.models(config))
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


async def run_part(part: Part) -> None:
    """Open *part* and let it serve until cancelled."""
    async with part as serve:
        await serve()
