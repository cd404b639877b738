"""What the command line works with, opened for the time of one command.

The model's side takes as long to import as all else: whatever needs none does not import it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.threads.bot_messages import SlackBotMessages
from bot.adapters.slack.threads.transcript import SlackTranscript
from bot.assembly import learning
from bot.assembly.actors import operator
from bot.assembly.panels import panel_editor, panels_of
from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.experts import library
from bot.operations.kept_data import KeptData
from bot.operations.services import Services, Stores, Workspace
from bot.panel.audit.audit_log import Auditor
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.reports.report_store import ReportStore
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.panel.roster.panel_file import PanelFileSync
from bot.panel.routing.learning import Redact
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_store import ThreadStore
from bot.settings.config import Config


@dataclass(frozen=True, slots=True)
class ThreadAccess:
    """Reading threads and their conversations."""

    workspace: Workspace
    threads: ThreadStore
    model: LanguageModel
    transcript: SlackTranscript
    recovery: LinkRecovery
    auditor: Auditor
    reports: ReportStore
    kept: KeptData
    redact: Redact | None  # what people and models said, for whoever reads it outside


@asynccontextmanager
async def open_threads(
    config: Config, identity: Identity | None = None
) -> AsyncIterator[ThreadAccess]:
    """Open what is needed to read threads and their conversations."""
    from bot.assembly.models.model_server import open_models

    async with (
        _open(config, identity) as (storage, slack),
        open_models(config, storage.conversations) as (model, _),
    ):
        recovery = LinkRecovery(storage.threads, model, slack.transcript)
        yield ThreadAccess(
            workspace_of(slack),
            storage.threads,
            model,
            slack.transcript,
            recovery,
            storage.audit,
            storage.reports,
            storage.kept,
            learning.redact(),
        )


@asynccontextmanager
async def open_workspace(
    config: Config, identity: Identity | None = None
) -> AsyncIterator[tuple[Storage, Workspace]]:
    """Open Redis; yields with it the workspace that Slack says we are in."""
    async with _open(config, identity) as (storage, slack):
        yield storage, workspace_of(slack)


@asynccontextmanager
async def _open(config: Config, identity: Identity | None) -> AsyncIterator[tuple[Storage, Slack]]:
    async with (
        open_storage(config, operator()) as storage,
        open_slack(config, storage, identity) as slack,
    ):
        yield storage, slack


@asynccontextmanager
async def open_services(
    config: Config, identity: Identity | None = None
) -> AsyncIterator[Services]:
    """Open all services that store anything about a thread."""
    from bot.assembly.models.model_server import open_models

    async with (
        _open(config, identity) as (storage, slack),
        open_models(config, storage.conversations) as models,
    ):
        yield services_of(config, storage, slack, *models)


def services_of(
    config: Config, storage: Storage, slack: Slack, model: LanguageModel, knowledge: KnowledgeBase
) -> Services:
    """Return all services that store anything about a thread."""
    return Services(
        workspace=workspace_of(slack),
        stores=Stores(
            queue=storage.queue,
            threads=storage.threads,
            panels=storage.panels,
            feedback=storage.feedback,
            reports=storage.reports,
            auditor=storage.audit,
            kept=storage.kept,
            corrections=storage.corrections,
        ),
        model=model,
        knowledge=knowledge,
        recovery=LinkRecovery(storage.threads, model, slack.transcript),
        messages=SlackBotMessages(slack.api, slack.identity, StampSigner(config.secrets)),
        channels=slack.transcript,
        lease=config.lease,
    )


def workspace_of(slack: Slack) -> Workspace:
    """Return the workspace that *slack* is connected with."""
    identity, channels = slack.identity, slack.api.channels
    return Workspace(identity.team_id, identity.url, channels.first, channels.current)


@asynccontextmanager
async def open_documents(
    config: Config, identity: Identity | None = None
) -> AsyncIterator[tuple[Workspace, ExpertDocuments]]:
    """Open the experts' documents; yields the workspace with them."""
    from bot.assembly.models.model_server import open_models

    async with (
        _open(config, identity) as (storage, slack),
        open_models(config, storage.conversations) as (_, knowledge),
    ):
        documents = ExpertDocuments(panel_editor(config, storage, slack), knowledge, storage.audit)
        yield workspace_of(slack), documents


@asynccontextmanager
async def open_panels(
    config: Config, identity: Identity | None = None
) -> AsyncIterator[tuple[PanelFileSync, Workspace, str]]:
    """Open the panels in use; yields the workspace and the panel file's name with them."""
    async with _open(config, identity) as (storage, slack):
        panels, kept_in = panels_of(config, storage, slack.api.channels.first)
        team_id = slack.identity.team_id
        sync = PanelFileSync(panels, storage.audit, team_id, library.defaults())
        yield sync, workspace_of(slack), kept_in
