"""What receives the payloads of one workspace, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.slack.api.user_groups import UserGroups
from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.buttons.approvals import ApprovalButtons
from bot.adapters.slack.buttons.button_listeners import Act, ButtonListeners
from bot.adapters.slack.buttons.choices import ChoiceButtons
from bot.adapters.slack.buttons.exemptions import ExemptionButton
from bot.adapters.slack.buttons.feedback import FeedbackListeners
from bot.adapters.slack.buttons.follow_ups import FollowUpListeners
from bot.adapters.slack.buttons.forgetting import ForgetButton
from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE, SHOW_WORK
from bot.adapters.slack.buttons.retry import RetryButtons
from bot.adapters.slack.buttons.show_work import ShowWorkListeners
from bot.adapters.slack.buttons.sources import SourcesListeners
from bot.adapters.slack.documents.document_listeners import DocumentListeners
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts.budget_command import BudgetCommand
from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.experts_listeners import ExpertsListeners
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.experts.settings_form import SettingsFormFlow
from bot.adapters.slack.home.home_listeners import HomeListeners
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.interactions.gate import Gate
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.message_history import SlackMessageHistory
from bot.adapters.slack.receiving.message_listeners import MessageListeners
from bot.adapters.slack.receiving.receiver import BoltApp
from bot.adapters.slack.receiving.removal_listeners import RemovalListeners
from bot.assembly import learning, panels
from bot.assembly.access import access_of
from bot.assembly.budgets import ledger_of
from bot.assembly.models.model_later import ModelLater
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.assembly.workspaces.chosen import checked_settings
from bot.panel.access.access import Access
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.approvals.lost_turns import LostTurns
from bot.panel.budgets.ledger import Ledger
from bot.panel.intake.intake import Intake
from bot.panel.intake.missed_messages import MessageHistory
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.messaging.locales import Locales
from bot.panel.reports.dislikes import Dislikes
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from bot.panel.reports.overview import OverviewReader
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.routing.learning import Learning
from bot.panel.threads.forgetting import ForgetRights
from bot.panel.threads.link_recovery import LinkRecovery
from bot.settings.config import Config


class Listeners(Protocol):
    """What takes some of Slack's payloads."""

    def listen(self, app: BoltApp) -> None:
        """Let *app* bring them."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What receives the payloads of one workspace."""

    slack: Slack
    app: BoltApp
    intake: Intake
    history: MessageHistory


def reception(
    config: Config,
    storage: Storage,
    slack: Slack,
    later: ModelLater,
    deployment: Config | None = None,
) -> Reception:
    """Return what receives the payloads of the workspace of *slack*.

    Its *config* lies over the *deployment*'s, if it has one of its own.
    """
    access = access_of(config, storage, slack)
    app = _app(storage, slack, access, later, Locales(slack.people, config.language))
    intake = Intake(storage.queue, storage.threads, storage.audit, access.may_ask)
    removal = RemovalListeners(
        storage.chores,
        storage.audit,
        slack.identity,
        after=config.uninstall_days * 24 * 60 * 60,
    )
    messages = MessageListeners(
        intake,
        storage.handles,
        storage.chores,
        slack.identity,
        config.apps,
        slack.api,
        slack.channel_facts,
        corrections=storage.corrections if config.learning != Learning.OFF else None,
    )
    others = other_listeners(
        config, storage, slack, later.model, later.knowledge, intake, access, deployment
    )
    all_listeners: Sequence[Listeners] = (removal, messages, *others)
    for listeners in all_listeners:
        listeners.listen(app)
    history = SlackMessageHistory(slack.api, slack.identity.team_id, messages.incoming)
    return Reception(slack, app, intake, history)


def _app(
    storage: Storage, slack: Slack, access: Access, later: ModelLater, locales: Locales
) -> BoltApp:
    app = receiver.bolt_app(slack.client, slack.identity, locales)
    app.act_once(storage.deliveries)
    gate = Gate(
        access,
        slack.responder,
        deciding=(APPROVE, DECLINE),
        showing=(sources_modal.ACTION, SHOW_WORK),
    )
    app.use(gate.check)
    app.use(later.expect)
    return app


def other_listeners(
    config: Config,
    storage: Storage,
    slack: Slack,
    model: LanguageModel,
    knowledge: KnowledgeBase,
    intake: Intake,
    access: Access,
    deployment: Config | None = None,
) -> Sequence[Listeners]:
    """Return what takes all that people press, fill in and command."""
    editor = panels.panel_editor(config, storage, slack)
    ledger = ledger_of(config, storage.redis, slack.alerts)
    return (
        *_buttons(config, storage, slack, intake, editor, ledger),
        *_of_replies(config, storage, slack, model, knowledge, editor, ledger),
        *_of_panels(config, storage, slack, knowledge, access, editor, ledger, deployment),
    )


def _buttons(
    config: Config,
    storage: Storage,
    slack: Slack,
    intake: Intake,
    editor: PanelEditor,
    ledger: Ledger,
) -> Sequence[Listeners]:
    """Return what takes the buttons that have something done."""
    responder, audit = slack.responder, storage.audit
    rights = panels.approval_rights(config, slack)
    lost_turns = LostTurns(slack.messenger, storage.approvals, storage.outbox)
    follow_ups = FollowUpListeners(intake, editor, lost_turns, storage.outbox, responder)
    forget_rights = ForgetRights(slack.transcript, editor.rights)
    acts: Mapping[str, Act] = {
        **follow_ups.acts,
        **ForgetButton(storage.chores, forget_rights).acts,
        **RetryButtons(storage.queue, storage.outbox, responder.clicks).acts,
        **ApprovalButtons(ApprovalDecisions(storage.approvals, rights, audit)).acts,
        **ExemptionButton(ledger.store, editor.rights, audit, intake).acts,
        **ChoiceButtons(intake, editor, slack.transcript, responder).acts,
    }
    return ButtonListeners(responder, acts), follow_ups


def _of_replies(
    config: Config,
    storage: Storage,
    slack: Slack,
    model: LanguageModel,
    knowledge: KnowledgeBase,
    editor: PanelEditor,
    ledger: Ledger,
) -> Sequence[Listeners]:
    """Return what tells how a reply came about, and takes what people think of it."""
    responder, models = slack.responder, panels.models(config)
    examples = learning.examples_of(config, storage, slack)
    dislikes = Dislikes(examples, storage.reports, slack.transcript) if examples else None
    recorder = FeedbackRecorder(storage.feedback, storage.reports, editor, models, dislikes)
    recovery = LinkRecovery(storage.threads, model, slack.transcript)
    inspector = TurnInspector(storage.reports, recovery, model, ledger.prices)
    links = LinkDomains(config.link_domains)
    return (
        ShowWorkListeners(inspector, editor.panel, responder, links),
        SourcesListeners(knowledge, responder),
        FeedbackListeners(recorder, responder),
    )


def _of_panels(
    config: Config,
    storage: Storage,
    slack: Slack,
    knowledge: KnowledgeBase,
    access: Access,
    editor: PanelEditor,
    ledger: Ledger,
    deployment: Config | None,
) -> Sequence[Listeners]:
    """Return what shows and changes panels: commands, forms and the app's home."""
    responder, kept = slack.responder, storage.corrections
    given = ExpertDocuments(editor, knowledge, storage.audit)
    documents = DocumentsCommand(given, slack.files, slack.mentions, responder)
    groups = UserGroups(slack.api, slack.identity.bot_user_id)
    handles = HandlesCommand(editor, storage.handles, groups, responder)
    form = ExpertFormFlow(editor, handles, documents, responder)
    rules = RulesFormFlow(editor, responder)
    learnt = ExamplesCommand(kept, Learning(config.learning), editor.rights, storage.audit)
    own = checked_settings(deployment or config, storage, slack.identity.team_id)
    settings, budgets = SettingsFormFlow(editor, own, responder), BudgetCommand(editor, ledger)
    command = ExpertsCommand(
        editor, documents, handles, form, rules, responder, budgets, learnt, settings
    )
    overviews = OverviewReader(
        editor,
        storage.reports,
        storage.feedback,
        storage.handles,
        ledger,
        access,
        kept if config.learning != Learning.OFF else None,
    )
    page = HomePage(overviews, responder)
    return (
        ExpertsListeners(command, form, rules, settings, responder),
        DocumentListeners(documents, responder),
        HomeListeners(page, editor, handles, form, rules, responder),
    )
