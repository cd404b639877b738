"""The receiving side, put together: what takes in Slack's payloads, and who listens to them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from bot.adapters.slack.api.user_groups import UserGroups
from bot.adapters.slack.buttons.approvals import ApprovalListeners
from bot.adapters.slack.buttons.feedback import FeedbackListeners
from bot.adapters.slack.buttons.follow_ups import FollowUpListeners
from bot.adapters.slack.buttons.retry import RetryListeners
from bot.adapters.slack.buttons.show_work import ShowWorkListeners
from bot.adapters.slack.buttons.sources import SourcesListeners
from bot.adapters.slack.documents.document_listeners import DocumentListeners
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.experts_listeners import ExpertsListeners
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.home.home_listeners import HomeListeners
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.message_listeners import MessageListeners
from bot.adapters.slack.receiving.receiver import BoltApp
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.assembly import model_server, panels
from bot.assembly.parts import Serve
from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.intake.intake import Intake
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.messaging.locales import Locales
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from bot.panel.reports.overview import OverviewReader
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.roster.expert_documents import ExpertDocuments
from bot.panel.roster.knowledge import KnowledgeBase
from bot.panel.threads.link_recovery import LinkRecovery
from bot.settings import prices
from bot.settings.config import Config


class Listeners(Protocol):
    """What takes some of Slack's payloads."""

    def listen(self, app: BoltApp) -> None:
        """Let *app* bring them."""


@asynccontextmanager
async def open_web(config: Config) -> AsyncIterator[Serve]:
    """Open the receiving side; the result receives until it is cancelled."""
    async with (
        open_storage(config) as storage,
        open_slack(config, storage) as slack,
        model_server.open_model(config, storage.conversations) as model,
        model_server.open_knowledge(config) as knowledge,
    ):
        locales = Locales(slack.people, config.language)
        app = receiver.bolt_app(slack.client, slack.identity, locales)
        for listeners in all_listeners(config, storage, slack, model, knowledge):
            listeners.listen(app)
        yield _receiving(config, storage, slack, app)


def all_listeners(
    config: Config, storage: Storage, slack: Slack, model: LanguageModel, knowledge: KnowledgeBase
) -> Sequence[Listeners]:
    """Return what takes messages, and all that people press, fill in and command."""
    responder = Responder(slack.identity, slack.api)
    intake = Intake(storage.queue, storage.threads)
    editor = panels.panel_editor(config, storage, slack)
    costs = prices.prices(config.prices)
    decisions = ApprovalDecisions(storage.approvals, slack.people, panels.approvers_of(config))
    recorder = FeedbackRecorder(storage.feedback, storage.reports, editor, panels.models(config))
    recovery = LinkRecovery(storage.threads, model, slack.transcript)
    overviews = OverviewReader(editor, storage.reports, storage.feedback, storage.handles, costs)
    given = ExpertDocuments(editor, knowledge)
    documents = DocumentsCommand(given, slack.files, slack.mentions, responder)
    groups = UserGroups(slack.api, slack.identity.bot_user_id)
    handles = HandlesCommand(editor, storage.handles, groups, responder)
    form = ExpertFormFlow(editor, handles, documents, responder)
    command = ExpertsCommand(editor, documents, handles, form, responder)
    page = HomePage(overviews, slack.identity, slack.api)
    return (
        MessageListeners(intake, storage.handles, slack.identity, config.apps),
        RetryListeners(storage.queue, responder),
        ApprovalListeners(decisions, responder),
        FollowUpListeners(intake, editor, responder),
        ShowWorkListeners(TurnInspector(storage.reports, recovery, model, costs), responder),
        SourcesListeners(knowledge, responder),
        FeedbackListeners(recorder, responder),
        ExpertsListeners(command, form, responder),
        DocumentListeners(documents, responder),
        HomeListeners(page, editor, handles, form, responder),
    )


def _receiving(config: Config, storage: Storage, slack: Slack, app: BoltApp) -> Serve:
    """Return what receives payloads for *app*: Socket Mode or HTTP."""
    if config.uses_socket_mode:
        return SocketModeReceiver(
            app, config.slack_app_token, slack.client, config.socket_connections
        ).serve
    healthy = receiver.health(storage.queue.depth)
    web = receiver.http_app(app, config.slack_signing_secret, healthy)
    return lambda: receiver.serve_http(web, config.host, config.port)
