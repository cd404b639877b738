"""The adapter's parts in front of a local Slack."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.files import SlackFiles
from bot.adapters.slack.api.identity import Identity, identify
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.people import SlackPeople
from bot.adapters.slack.api.user_groups import UserGroups
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.documents.documents_command import DocumentsCommand
from bot.adapters.slack.experts.budget_command import BudgetCommand
from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.experts.experts_command import ExpertsCommand
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.experts.settings_form import SettingsFormFlow
from bot.adapters.slack.interactions.members import SlackMembers
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.transcript import SlackTranscript
from bot.panel.budgets.ledger import Ledger
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.panel.model import ThreadRef
from bot.panel.retries import Backoff
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.routing.learning import Learning
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from bot.playground.slack.workspace.messages import Message
from bot.settings.checked_settings import CheckedSettings
from bot.settings.environment import read
from tests.fakes.audit_log import auditor
from tests.fakes.budget_store import ledger
from tests.fakes.correction_store import FakeCorrectionStore
from tests.fakes.handle_store import FakeHandleStore
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.outbox import FakeOutbox
from tests.fakes.turn_queue import FakeTurnQueue
from tests.fakes.workspace_settings_store import FakeWorkspaceSettingsStore
from tests.inspection.slack_inspector import SlackInspector
from tests.screen_reader import ScreenReader

SECRET = "a-secret-of-at-least-16"


@dataclass
class Neighbour:
    """Everything that speaks with Slack."""

    slack: SlackPlayground
    api: SlackApi
    identity: Identity
    signer: StampSigner
    people: SlackPeople
    messenger: SlackMessenger
    mentions: Mentions
    transcript: SlackTranscript
    files: SlackFiles
    outbox: FakeOutbox
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    handle_store: FakeHandleStore = field(default_factory=FakeHandleStore)
    ledger: Ledger = field(default_factory=ledger)
    corrections: FakeCorrectionStore = field(default_factory=FakeCorrectionStore)
    own_settings: FakeWorkspaceSettingsStore = field(default_factory=FakeWorkspaceSettingsStore)

    @property
    def responder(self) -> Responder:
        """What listeners answer people by."""
        return Responder(self.identity, self.api, self.signer, SlackMembers(self.api))

    def documents(self, editor: PanelEditor) -> DocumentsCommand:
        """What teaches the experts of a panel; the documents are kept in ``knowledge``."""
        teaching = ExpertDocuments(editor, self.knowledge, auditor())
        return DocumentsCommand(teaching, self.files, self.mentions, self.responder)

    def handles(self, editor: PanelEditor) -> HandlesCommand:
        """What gives the experts of a panel their handles."""
        groups = UserGroups(self.api, self.identity.bot_user_id)
        return HandlesCommand(editor, self.handle_store, groups, self.responder)

    def form(self, editor: PanelEditor, timeout: float = 2.0) -> ExpertFormFlow:
        """The form that describes experts of a panel."""
        parts = self.handles(editor), self.documents(editor)
        return ExpertFormFlow(editor, *parts, self.responder, timeout=timeout)

    def rules(self, editor: PanelEditor) -> RulesFormFlow:
        """The form with the rules of a panel's router."""
        return RulesFormFlow(editor, self.responder)

    def command(self, editor: PanelEditor) -> ExpertsCommand:
        """What carries out ``/experts``."""
        parts = self.documents(editor), self.handles(editor), self.form(editor)
        budgets = BudgetCommand(editor, self.ledger)
        learnt = ExamplesCommand(self.corrections, Learning.CHANNEL, editor.rights, auditor())
        return ExpertsCommand(
            editor,
            *parts,
            self.rules(editor),
            self.responder,
            budgets,
            learnt,
            self.settings(editor),
        )

    def settings(self, editor: PanelEditor) -> SettingsFormFlow:
        """The form with the settings of the workspace."""
        deployment = read({"PANELBOT_CLIENT_ID": "1234567890.1234567890123"})
        own = CheckedSettings(deployment, self.identity.team_id, self.own_settings, auditor())
        return SettingsFormFlow(editor, own, self.responder)

    def begin(self, text: str = "hello", channel: str = GENERAL) -> ThreadRef:
        """Let Ada begin a thread."""
        ts = self.slack.people.say(ADA, channel, text)
        return ThreadRef(self.slack.workspace.team_id, channel, ts)

    def replies(self, thread: ThreadRef) -> list[Message]:
        """What hangs from the thread's root."""
        return self.slack.workspace.thread(thread.channel_id, thread.thread_ts)[1:]

    def count(self, method: str) -> int:
        """How often a method was called."""
        return len([call for call in self.slack.calls if call.method == method])


@pytest.fixture
async def slack(slack_inspector: SlackInspector) -> AsyncIterator[SlackPlayground]:
    async with SlackPlayground(retry_after=(0.01, 0.01, 0.01)) as running:
        yield running
    slack_inspector.look_at(running.calls)


@pytest.fixture
async def neighbour(slack: SlackPlayground) -> AsyncIterator[Neighbour]:
    async with web_api.session(seconds=1) as session:
        web = web_api.client(slack.bot_token, slack.api_url, session)
        api = SlackApi(web, NoRateLimiter(), longest=3)
        identity = await identify(web)
        signer = StampSigner([SECRET])
        people = SlackPeople(api, identity)
        reader = ScreenReader(slack.workspace)
        handles, outbox = FakeHandleStore(), FakeOutbox(FakeTurnQueue())
        mentions = Mentions(people, handles, identity)
        yield Neighbour(
            slack,
            api,
            identity,
            signer,
            people,
            SlackMessenger(api, identity, signer, outbox, backoff=Backoff((0.01, 0.01))),
            mentions,
            SlackTranscript(api, identity, signer, mentions),
            SlackFiles(api, session, slack.bot_token, slack.api_url, poll_delays=(0.0, 0.0, 0.0)),
            outbox,
            handle_store=handles,
        )
        assert reader.complaints == []


@pytest.fixture
def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serve *app* on loopback and yield its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def serve():
    """How to serve a web application."""
    return served
