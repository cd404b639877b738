"""The bot's processes in domain mode: the panel's own code, put together as the assembly does."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import count
from random import Random
from typing import cast

from bot.panel.access.access import Access
from bot.panel.access.policy import AccessPolicy
from bot.panel.access.question_limits import (
    QuestionLimits,
)
from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approvers import Approvers
from bot.panel.approvals.decisions import ApprovalExpiry
from bot.panel.budgets.budget_store import BudgetStore
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.limits import read_all
from bot.panel.errors import FunctionFailed, MessengerUnavailable, ModelUnavailable
from bot.panel.intake.admission import Admission
from bot.panel.intake.queue_positions import QueuePositions
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.language_model.model_client import ModelClient
from bot.panel.messaging.locales import Locales
from bot.panel.model import Expert, ExpertName, ThreadRef, ToolName, TurnId, WhenUnsure
from bot.panel.routing.gate import Look
from bot.panel.timeouts import Timeouts
from bot.panel.tools import McpServer, Toolbox, name_of
from bot.panel.turn.services import Rules, Services
from bot.panel.turn.turn_runner import TurnRunner
from bot.panel.turn.workers.outbox_worker import OutboxWorker
from bot.panel.turn.workers.turn_worker import TurnWorker
from tests.fakes.access import FakeChannelFacts, RecordingNotices
from tests.fakes.budget_store import PRICES
from tests.fakes.file_server import FakeFileServer
from tests.fakes.members import FakeMembers
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor
from tests.simulation.domain.counting import NotingBudgets, NotingCounter
from tests.simulation.domain.functions import DATES, FunctionsSeam, SimulatedFunctions
from tests.simulation.domain.model import SimulatedModel
from tests.simulation.domain.seams import ModelSeam, Seam, Server, SlackSeam
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.domain.stores.memory import LEASE, Memory, Reached
from tests.simulation.domain.stores.redis_memory import RedisMemory
from tests.simulation.domain.transcript import SimulatedTranscript
from tests.simulation.domain.web import Web, listen, open_web
from tests.simulation.loop import SimulatedLoop
from tests.simulation.net import Net
from tests.simulation.process import Process

GRACE = 25.0  # seconds for running turns at shutdown
SLACK_WAITS = 10.0  # seconds for an acknowledgement
WEBS = 2
_SHORT = 4.0  # seconds without a process that are noticed for certain

APPROVED_WITHIN = 40.0  # seconds; then it counts as declined
_SHOP = McpServer("shop", "https://shop.example", "Sells.")
_TOOLBOX = Toolbox((_SHOP,))


def _expert(
    name: str,
    *consults: str,
    tools: tuple[ToolName, ...] = (),
    function: str | None = None,
) -> Expert:
    colleagues = tuple(map(ExpertName, consults))
    return Expert(
        ExpertName(name),
        name.title(),
        f":{name}:",
        f"All {name}.",
        "Be brief.",
        consults=colleagues,
        tools=tools,
        function=function,
    )


EXPERTS = (
    _expert("finance", tools=(name_of(_SHOP),)),
    _expert("legal", "design"),
    _expert("security"),
    _expert("product"),
    _expert("design"),
    _expert(DATES, function=DATES),
)
VISITOR = _expert("visitor")  # comes and goes, and is asked by nobody
_EVERYBODY = AccessPolicy(askers=frozenset({"members", "guests", "partners"}))


@dataclass(eq=False, slots=True)
class Worker:
    """One process that answers."""

    process: Process
    main: "asyncio.Task[None]"
    turns: TurnWorker

    def drain(self) -> None:
        """Tell it to end, as SIGTERM does."""
        self.process.run(self.main.cancel)

    def hurry(self) -> None:
        """Tell it to end at once, as another SIGTERM does."""
        self.process.run(self.turns.hurry)


@dataclass(eq=False, slots=True)
class Fleet:
    """All processes, and what they reach."""

    loop: SimulatedLoop
    net: Net
    memory: Memory | RedisMemory
    slack: SimulatedSlack
    model: SimulatedModel
    limit: int  # questions of a person in a minute; 0: any number
    budget: int = 0  # tokens of a channel in a day; 0: any number
    offers: bool = False  # whether people are asked where the router is unsure
    may_miss: bool = False  # whether Slack gives events up, which are looked for afterwards
    short: set[TurnId] = field(default_factory=set)  # turns that a budget did not allow something
    wrong_budgets: list[str] = field(default_factory=list)
    admitted: dict[TurnId, bool] = field(default_factory=dict)  # whether a turn was, in the end
    notices: RecordingNotices = field(default_factory=RecordingNotices)
    people: FakePeople = field(default_factory=FakePeople)
    files: FakeFileServer = field(default_factory=FakeFileServer)
    functions: SimulatedFunctions = field(default_factory=SimulatedFunctions)
    workers: list[Worker] = field(default_factory=list)
    webs: list[Web] = field(default_factory=list)
    # When Redis last lost something of their turns, in seconds of the loop.
    forgotten: dict[ThreadRef, float] = field(default_factory=dict)
    unsent: dict[ThreadRef, float] = field(default_factory=dict)  # the same of last states
    silences: list[tuple[float, float]] = field(default_factory=list)  # that are to be noticed
    _silent_since: float | None = None
    is_wiped: bool = False  # whether Redis has lost everything
    is_flushed: bool = False  # whether what was remembered of threads was lost
    _names: "count[int]" = field(default_factory=lambda: count(1))

    def end(self) -> None:
        """Let nothing more be begun by what is left of the processes, which the loop closes."""
        for worker in self.workers:
            worker.process.is_alive = False

    def any_web(self, random: Random) -> Web | None:
        """Return a process that takes in what people do; None if there is none."""
        alive = [web for web in self.webs if web.process.is_alive]
        return random.choice(alive) if alive else None

    def start_web(self) -> None:
        """Start a process that takes in what people do."""
        process = Process(self.loop, f"web-{next(self._names)}")
        reached = self.memory.reached_by(process, self.net)
        web = open_web(process, reached, self._rights())
        if self.may_miss:
            listen(web, reached, self.net, self.slack)
            process.at_death.append(self._note_silence)
            self._end_silence()
        self.webs.append(web)

    def _note_silence(self) -> None:
        if not any(web.process.is_alive for web in self.webs):
            self._silent_since = self.loop.time()

    def _end_silence(self) -> None:
        if self._silent_since is not None:
            self.add_silence(self._silent_since, _SHORT)
            self._silent_since = None

    def add_silence(self, since: float, tolerated: float) -> None:
        """Note that nobody has taken in anything since then, if that is more than *tolerated*."""
        if (now := self.loop.time()) - since > tolerated:
            self.silences.append((since, now))

    def start_worker(self) -> None:
        """Start a process that answers."""
        process = Process(self.loop, f"worker-{next(self._names)}")
        reached = self.memory.reached_by(process, self.net)
        stores, timeouts = reached.stores, Timeouts(approval=APPROVED_WITHIN)
        slack = Server(self.net, process, "slack", MessengerUnavailable, guarded=True)
        messenger, locales = SlackSeam(slack, self.slack, stores.outbox), Locales(self.people)
        ledger = self._ledger(reached)
        runner = TurnRunner(
            self._services(process, reached, messenger, timeouts, ledger),
            self._rules(timeouts),
        )
        worker = TurnWorker(
            reached.queue, runner, timeouts=timeouts, concurrency=8, lease=LEASE, ledger=ledger
        )
        beside = (
            QueuePositions(reached.queue, stores.threads, messenger, stores.outbox, locales),
            ApprovalExpiry(stores.approvals),
        )
        sender = OutboxWorker(stores.outbox, messenger, lease=LEASE)
        main = process.spawn(_work(process, worker, beside, sender))
        self.workers.append(Worker(process, main, worker))

    def _rules(self, timeouts: Timeouts) -> Rules:
        rules = Rules(ModelChoice(), timeouts, self._rights())
        if not self.offers:
            return rules
        return replace(rules, look=Look(agreement=True), unsure=WhenUnsure.CAUTIOUS)

    def _ledger(self, reached: Reached) -> Ledger:
        budgets = f"channel {self.budget} tokens/day" if self.budget else ""
        store = cast("BudgetStore", NotingBudgets(reached.budgets, self.short))
        return Ledger(store, PRICES, read_all(budgets), UTC, seconds=2 * LEASE)

    async def look_at_budgets(self) -> None:
        """Note what is wrong with them, once whatever nobody settled is let go."""
        if not self.budget:
            return
        await asyncio.sleep(2 * LEASE + 1)
        counters = sorted(await self.memory.budgets.counters("*"))
        for counter, now in zip(counters, await self.memory.budgets.read(counters), strict=True):
            if now.held:
                self.wrong_budgets.append(f"{now.held} are held of {counter}")
            if not 0 <= now.spent <= self.budget:
                self.wrong_budgets.append(f"{now.spent} are spent of {counter}: {self.budget}")

    def _services(
        self,
        process: Process,
        reached: Reached,
        messenger: SlackSeam,
        timeouts: Timeouts,
        ledger: Ledger,
    ) -> Services:
        stores = reached.stores
        slack = Server(self.net, process, "slack", MessengerUnavailable, guarded=True)
        model = Server(self.net, process, "model", ModelUnavailable, guarded=True)
        function = Server(self.net, process, "function", FunctionFailed)
        return Services(
            stores,
            panel_editor(reached.panels, self.people, EXPERTS, EXPERTS, toolbox=_TOOLBOX),
            ModelClient(ModelSeam(model, self.model), timeouts.backoff, ledger=ledger),
            FunctionsSeam(function, self.functions),
            messenger,
            Seam(slack, SimulatedTranscript(self.slack)),
            Seam(slack, self.files),
            self.people,
            self._admission(reached, slack),
        )

    def _admission(self, reached: Reached, slack: Server) -> Admission:
        stores = reached.stores
        access = Access(
            _EVERYBODY, self.people, FakeChannelFacts(), FakeMembers(), stores.auditor, "T1"
        )
        notices, locales = Seam(slack, self.notices), Locales(self.people)
        counter, limits = NotingCounter(reached.counter, self.admitted), QuestionLimits(self.limit)
        return Admission(access, counter, limits, stores.threads, notices, locales)

    def _rights(self) -> ApprovalRights:
        return ApprovalRights(self.people, _TOOLBOX, Approvers())


async def _work(
    process: Process,
    worker: TurnWorker,
    others: tuple[QueuePositions, ApprovalExpiry],
    sender: OutboxWorker,
) -> None:
    """Answer turns, and then finish those that are running: as the assembly's worker does."""
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(other.run()) for other in others]
        sending = tasks.create_task(sender.run())
        try:
            await worker.run()
        finally:
            for task in beside:
                task.cancel()
            if process.is_alive:  # else the loop only closes what is left of it
                await worker.drain(GRACE)
            sending.cancel()
