"""Services made of fakes, with threads in them."""

import time
from dataclasses import dataclass, field

import pytest

from bot.operations.kept_data import KeptOfThread
from bot.operations.services import Services, Stores, Workspace
from bot.operations.slack_threads import ThreadTraces
from bot.panel.links import ExpertLabels, RouterLabels, ThreadLinks
from bot.panel.model import ConversationId, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.link_recovery import LinkRecovery
from tests.fakes.audit_log import FakeAuditLog, auditor
from tests.fakes.correction_store import FakeCorrectionStore
from tests.fakes.feedback_store import FakeFeedbackStore
from tests.fakes.kept_data import FakeKeptData
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.language_model import ScriptedModel
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.report_store import FakeReportStore
from tests.fakes.slack_threads import FakeSlackThreads
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.transcript import FakeTranscript
from tests.fakes.turn_queue import FakeTurnQueue

TEAM = "T1"
ADA, BEN = UserId("U1ADA"), UserId("U2BEN")
LEGAL = ExpertName("legal")
NOW = time.time()


def thread_ref(number: int, channel: str = "C1") -> ThreadRef:
    """Return a thread that was begun just now."""
    return ThreadRef(TEAM, channel, f"{NOW:.0f}.{number:06}")


@dataclass(slots=True)
class Fakes:
    """The services, and the fakes that they are made of."""

    queue: FakeTurnQueue = field(default_factory=FakeTurnQueue)
    threads: FakeThreadStore = field(default_factory=FakeThreadStore)
    panels: FakePanelStore = field(default_factory=FakePanelStore)
    feedback: FakeFeedbackStore = field(default_factory=FakeFeedbackStore)
    kept: FakeKeptData = field(default_factory=FakeKeptData)
    corrections: FakeCorrectionStore = field(default_factory=FakeCorrectionStore)
    audit_log: FakeAuditLog = field(default_factory=FakeAuditLog)
    model: ScriptedModel = field(default_factory=ScriptedModel)
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    slack: FakeSlackThreads = field(default_factory=FakeSlackThreads)

    @property
    def services(self) -> Services:
        """What operations are given."""
        stores = Stores(
            self.queue,
            self.threads,
            self.panels,
            self.feedback,
            FakeReportStore(self.queue),
            auditor(self.audit_log),
            self.kept,
            self.corrections,
        )
        recovery = LinkRecovery(self.threads, self.model, FakeTranscript())
        return Services(
            Workspace(TEAM, "https://acme.slack.com/"),
            stores,
            self.model,
            self.knowledge,
            recovery,
            self.slack,
            self.slack,
            lease=15,
        )

    async def answered_thread(self, number: int, *, by: UserId = ADA, channel: str = "C1"):
        """Return a thread in which the router and one expert have a conversation each."""
        thread = thread_ref(number, channel)
        expert = await self.model.open(ExpertLabels(thread, LEGAL, ConversationId("")))
        router = await self.model.open(RouterLabels(thread, {LEGAL: expert}))
        await self.threads.save_links(thread, ThreadLinks(router, {LEGAL: expert}))
        self.slack.known[thread] = ThreadTraces(
            by, frozenset({by}), (router,), (MessageTs(f"{number}.1"), MessageTs(f"{number}.2"))
        )
        self.kept.kept[thread] = KeptOfThread(
            keys=[f"links:{number}"], report_keys=[f"report:{number}"]
        )
        return thread

    async def put(self, thread: ThreadRef, ts: str, by: UserId = ADA) -> None:
        """Let a message wait in the queue."""
        assert await self.queue.put(thread, Message(MessageTs(ts), by, "Hi"))


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()
