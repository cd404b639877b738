"""What turns work with: the ports to the world outside, and the rules that hold for all turns."""

from dataclasses import dataclass

from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approval_store import ApprovalStore
from bot.panel.audit.audit_log import Auditor
from bot.panel.intake.admission import Admission
from bot.panel.journal.journal import Journal
from bot.panel.language_model.files.file_fetching import FileServer
from bot.panel.language_model.language_model import Functions
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.language_model.model_client import ModelClient
from bot.panel.messaging.messenger import Messenger
from bot.panel.messaging.outbox import Outbox
from bot.panel.messaging.people import People
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import WhenUnsure
from bot.panel.reports.report_store import ReportStore
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.routing.gate import Look
from bot.panel.routing.learning import Examples
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.timeouts import Timeouts


@dataclass(frozen=True, slots=True)
class Stores:
    """Where turns are remembered, and what they leave behind."""

    journal: Journal
    threads: ThreadStore
    approvals: ApprovalStore
    reports: ReportStore
    outbox: Outbox
    auditor: Auditor


@dataclass(frozen=True, slots=True)
class Services:
    """The ports that a turn reaches the world through."""

    stores: Stores
    panels: PanelEditor
    client: ModelClient
    functions: Functions
    messenger: Messenger
    transcript: Transcript
    files: FileServer
    people: People
    admission: Admission
    examples: Examples | None = None  # corrections of the router, where they are kept


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every turn of this installation."""

    models: ModelChoice
    timeouts: Timeouts
    approvers: ApprovalRights
    levels: int = 2  # of experts under the router: with 1, no expert consults another
    consultations: int = 8  # in one turn, but those that people wish themselves
    look: Look | None = None  # at a question before the router is asked
    unsure: WhenUnsure = WhenUnsure.OFF  # where a panel says nothing else
    language: str = ""  # of what all can read; empty: the author's
