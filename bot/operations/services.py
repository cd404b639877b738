"""All places where something is kept of a thread, for the operations that tidy up there."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.operations.kept_data import KeptData
from bot.operations.queue_admin import QueueAdmin
from bot.operations.slack_threads import BotMessages, ChannelThreads
from bot.panel.audit.audit_log import Auditor
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.model import ThreadRef
from bot.panel.reports.feedback import FeedbackStore
from bot.panel.reports.report_store import ReportStore
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.panel.roster.panel_store import PanelStore
from bot.panel.routing.corrections import CorrectionStore
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_store import ThreadStore


@dataclass(frozen=True, slots=True)
class Stores:
    """What the bot itself remembers."""

    queue: QueueAdmin
    threads: ThreadStore
    panels: PanelStore
    feedback: FeedbackStore
    reports: ReportStore
    auditor: Auditor
    kept: KeptData
    corrections: CorrectionStore


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that a command is about."""

    team_id: str
    url: str
    first_id: Callable[[str], str] = str  # of a channel: everything is stored under it
    current_id: Callable[[str], str] = str  # by which Slack knows it

    def permalink(self, thread: ThreadRef) -> str:
        place = f"{self.current_id(thread.channel_id)}/p{thread.thread_ts.replace('.', '')}"
        return f"{self.url}archives/{place}"


@dataclass(frozen=True, slots=True)
class Services:
    """The stores, the model's side and Slack, for one workspace."""

    workspace: Workspace
    stores: Stores
    model: LanguageModel
    knowledge: KnowledgeBase
    recovery: LinkRecovery
    messages: BotMessages
    channels: ChannelThreads
    lease: float  # seconds

    @property
    def team_id(self) -> str:
        return self.workspace.team_id
