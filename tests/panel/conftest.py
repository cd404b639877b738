"""A panel of two, in a bench where every neighbour is a fake."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.panel.access.access import Access
from bot.panel.access.policy import AccessPolicy
from bot.panel.access.question_limits import QuestionLimits
from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approvers import Approvers
from bot.panel.audit.audit_log import Auditor
from bot.panel.budgets.ledger import Ledger
from bot.panel.errors import StoreUnavailable
from bot.panel.intake.admission import Admission
from bot.panel.journal.events import TurnEvent
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import ToolCalled
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.language_model.model_client import ModelClient
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.outbox import LastState
from bot.panel.model import (
    CallId,
    Claim,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    SharedFile,
    ThreadRef,
    TurnId,
    UserId,
    WhenUnsure,
)
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.routing.gate import Look
from bot.panel.routing.learning import Examples
from bot.panel.timeouts import Timeouts
from bot.panel.tools import NO_TOOLS, McpServer, Toolbox, name_of
from bot.panel.turn.services import Rules, Services, Stores
from bot.panel.turn.turn_runner import TurnRunner
from tests.fakes.access import FakeChannelFacts, FakeQuestionCounter, RecordingNotices
from tests.fakes.approval_store import FakeApprovalStore
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.file_server import FakeFileServer
from tests.fakes.functions import FakeFunctions
from tests.fakes.language_model import Meanwhile, ScriptedModel
from tests.fakes.members import FakeMembers
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.outbox import FakeOutbox
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.fakes.report_store import FakeReportStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.transcript import FakeTranscript
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue
from tests.panel_editors import panel_editor

EXPERTS = (
    Expert(ExpertName("finance"), "Finance Partner", ":moneybag:", "Costs.", "Count."),
    Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Licences.", "Read the law."),
)
SHOP = McpServer(
    "shop", "https://shop.example", "Sells.", read_only=("look_up_price", "open_ticket")
)
THREAD = ThreadRef("T1", "C1", "1.0")
WHOEVER_ASKED = Approvers()
ANY_NUMBER = QuestionLimits()
EVERYBODY = AccessPolicy(askers=frozenset({"members", "guests", "partners"}))
HURRY = Timeouts(
    retry_delays=(0, 0),
    expert=5,
    further_calls=0,
    plan_of_several=0,
    plan_of_one=0,
    plan_updates=0,
    turn_retry_delays=(0, 0),
)


def consult(expert: str, call_id: str = "", brief: str = "") -> ToolCalled:
    """The router's call of an expert."""
    brief = brief or f"Look at the {expert} side."
    arguments = {"reason": f"{expert} matters", "brief": brief}
    return ToolCalled(CallId(call_id or f"call_{expert}"), f"consult_{expert}", arguments)


def own_id(call_id: str, ts: str = "1.0") -> CallId:
    """Our id of a call that the router makes in the turn of the message *ts*."""
    return prompts.own_id(TurnId(f"T1:C1:{ts}"), CallId(call_id))


def consult_later(expert: str, *call_ids: str) -> list[ToolCalled | Meanwhile]:
    """The router's calls of an expert, each with a question of its own when the last is asked."""
    calls = [consult(expert, call_id, f"Look at {call_id}.") for call_id in call_ids]
    return [step for call in calls for step in (call, Meanwhile())]


class AnsweringLater(FakeTurnQueue):
    """Answers the worker's looks in the next pass of the loop: no store does so in no time."""

    async def stop_requests(self) -> Mapping[ThreadRef, UserId]:
        await asyncio.sleep(0)  # a turn that was claimed just now has begun by then
        return await super().stop_requests()


@dataclass
class Bench:
    """One runner and its neighbours."""

    model: ScriptedModel = field(default_factory=ScriptedModel)
    messenger: RecordingMessenger = field(default_factory=RecordingMessenger)
    transcript: FakeTranscript = field(default_factory=FakeTranscript)
    queue: FakeTurnQueue = field(default_factory=AnsweringLater)
    files: FakeFileServer = field(default_factory=FakeFileServer)
    functions: FakeFunctions = field(default_factory=FakeFunctions)
    threads: FakeThreadStore = field(default_factory=FakeThreadStore)
    panels: FakePanelStore = field(default_factory=FakePanelStore)
    people: FakePeople = field(default_factory=FakePeople)
    audit_log: FakeAuditLog = field(default_factory=FakeAuditLog)
    language: str = ""  # of threads
    look: Look | None = None
    timeouts: Timeouts = HURRY
    levels: int = 2
    consultations: int = 8
    unsure: WhenUnsure = WhenUnsure.OFF
    toolbox: Toolbox = NO_TOOLS
    approvers: Approvers = WHOEVER_ASKED
    experts: Sequence[Expert] = EXPERTS
    policy: AccessPolicy = EVERYBODY
    limits: QuestionLimits = ANY_NUMBER
    members: FakeMembers = field(default_factory=FakeMembers)
    channels: FakeChannelFacts = field(default_factory=FakeChannelFacts)
    counter: FakeQuestionCounter = field(default_factory=FakeQuestionCounter)
    notices: RecordingNotices = field(default_factory=RecordingNotices)
    ledger: Ledger | None = None
    examples: Examples | None = None

    def __post_init__(self) -> None:
        self.threads.queue = self.queue
        self.journal = FakeJournal(self.queue)
        self.approvals = FakeApprovalStore(self.queue)
        self.reports = FakeReportStore(self.queue)
        self.outbox = SendingOutbox(self.queue, self.messenger)

    def lose(self) -> None:
        """Let all leases run out."""
        self.queue.advance(self.queue.lease + 1)

    async def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        depth = await self.queue.depth()
        return depth.waiting == depth.running == depth.delayed == 0

    def editor(self) -> PanelEditor:
        experts = self.experts
        return panel_editor(self.panels, self.people, experts, experts, toolbox=self.toolbox)

    def approval_rights(self) -> ApprovalRights:
        return ApprovalRights(self.people, self.toolbox, self.approvers)

    def locales(self) -> Locales:
        return Locales(self.people, self.language)

    def access(self) -> Access:
        auditor = Auditor(self.audit_log)
        return Access(
            self.policy, self.people, self.channels, self.members, auditor, THREAD.team_id
        )

    def admission(self) -> Admission:
        return Admission(
            self.access(), self.counter, self.limits, self.threads, self.notices, self.locales()
        )

    def runner(self) -> TurnRunner:
        stores = Stores(
            self.journal,
            self.threads,
            self.approvals,
            self.reports,
            self.outbox,
            Auditor(self.audit_log),
        )
        services = Services(
            stores,
            self.editor(),
            ModelClient(self.model, self.timeouts.backoff, ledger=self.ledger),
            self.functions,
            self.messenger,
            self.transcript,
            self.files,
            self.people,
            self.admission(),
            self.examples,
        )
        return TurnRunner(
            services,
            Rules(
                ModelChoice(),
                self.timeouts,
                self.approval_rights(),
                self.levels,
                self.consultations,
                self.look,
                self.unsure,
                self.language,
            ),
        )

    async def claim(
        self,
        text: str,
        ts: str = "1.0",
        *files: SharedFile,
        mentioned: bool = True,
        user: str = "UMEMBER",
    ) -> Claim:
        message = Message(MessageTs(ts), UserId(user), text, mentioned, files)
        await self.queue.put(THREAD, message)
        return await self.queue.claim()

    async def ask(
        self, text: str, ts: str = "1.0", *files: SharedFile, mentioned: bool = True
    ) -> None:
        """Run a whole turn."""
        claim = await self.claim(text, ts, *files, mentioned=mentioned)
        await self.runner().run(claim)
        await self.queue.done(claim)

    async def die(self, claim: Claim, stop_at: int, *, after: bool) -> None:
        """Run the turn until its worker dies at the n-th entry of the journal, if there is one."""
        self.journal.append = Dying(self, stop_at, after=after).append  # type: ignore[method-assign]
        try:
            await self.runner().run(claim)
        except* StoreUnavailable:
            pass
        del self.journal.append

    async def resume(self, claim: Claim) -> None:
        """Let another worker take the turn over and finish it."""
        self.lose()
        again = await self.queue.claim()
        assert again.token > claim.token
        await self.runner().run(again)
        await self.queue.done(again)


class SendingOutbox(FakeOutbox):
    """Sends at once what is put, so that people see it."""

    def __init__(self, queue: FakeTurnQueue, messenger: RecordingMessenger) -> None:
        super().__init__(queue)
        self._messenger = messenger

    async def put(self, state: LastState, claim: Claim | None = None) -> None:
        await super().put(state, claim)
        await self._messenger.send(state)


class Dying:
    """Wraps a bench's journal: the worker dies at the n-th entry, before or after writing it."""

    def __init__(self, bench: Bench, stop_at: int, *, after: bool) -> None:
        self._append = bench.journal.append
        self._left = stop_at
        self._after = after

    async def append(
        self, claim: Claim, *events: TurnEvent, again: int = 0, after: int | None = None
    ) -> None:
        self._left -= 1
        if self._left > 0:
            await self._append(claim, *events, again=again, after=after)
            return
        if self._left == 0 and self._after:
            await self._append(claim, *events, again=again, after=after)
        raise StoreUnavailable("stopped here")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    return Bench


def with_shop(shop: McpServer = SHOP) -> Bench:
    """Return a bench whose legal expert has the tools of *shop*."""
    finance, legal = EXPERTS
    equipped = replace(legal, tools=(name_of(shop),))
    return Bench(toolbox=Toolbox((shop,)), experts=(finance, equipped))
