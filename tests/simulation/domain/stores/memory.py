"""What the bot remembers: the stores in memory, and each process's way to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from bot.panel.access.question_limits import QuestionCounter
from bot.panel.audit.audit_log import Auditor
from bot.panel.budgets.budget_store import BudgetStore
from bot.panel.errors import StoreUnavailable
from bot.panel.intake.missed_messages import ListeningRecord
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.messaging.outbox import Outbox
from bot.panel.roster.panel_store import PanelStore
from bot.panel.turn.services import Stores
from tests.fakes.access import FakeQuestionCounter
from tests.fakes.approval_store import FakeApprovalStore
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.budget_store import FakeBudgetStore
from tests.fakes.listening_record import FakeListeningRecord, Listened
from tests.fakes.outbox import FakeOutbox
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.report_store import FakeReportStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeJournal, FakeTurnQueue
from tests.simulation.domain.seams import OutboxSeam, QueueSeam, Seam, Server
from tests.simulation.net import Net
from tests.simulation.process import Process

LEASE = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Reached:
    """The stores as one process reaches them."""

    queue: TurnQueue
    outbox: Outbox
    stores: Stores
    panels: PanelStore
    counter: QuestionCounter
    budgets: BudgetStore
    listening: ListeningRecord


def share_of_queue(*, shared: bool) -> dict[str, int]:
    """Return how many turns of a channel, and of a workspace, may run at once."""
    return {"room": 2, "workspace_room": 3} if shared else {}


class Memory:
    """The stores, which outlive every process; workspaces may *share* the queue by turns."""

    def __init__(self, *, shared: bool = False) -> None:
        self.queue = FakeTurnQueue(lease=LEASE, **share_of_queue(shared=shared))
        self.journal = FakeJournal(self.queue)
        self.threads = FakeThreadStore(self.queue)
        self.approvals = FakeApprovalStore(self.queue)
        self.reports = FakeReportStore(self.queue)
        self.outbox = FakeOutbox(self.queue, lease=LEASE)
        self.panels = FakePanelStore()
        self.counter = FakeQuestionCounter()
        self.budgets: BudgetStore = FakeBudgetStore()
        self.audit_log = FakeAuditLog()
        self.listened = Listened()

    def reached_by(self, process: Process, net: Net) -> Reached:
        """Return them as *process* reaches them."""
        server = Server(net, process, "store", StoreUnavailable)

        def seam(target: object) -> Seam:
            return Seam(server, target)

        outbox = OutboxSeam(server, self.outbox)
        stores = Stores(
            seam(self.journal),
            seam(self.threads),
            seam(self.approvals),
            seam(self.reports),
            outbox,
            Auditor(self.audit_log),
        )
        queue = cast("TurnQueue", QueueSeam(server, self.queue))
        record = FakeListeningRecord(self.listened, process.name, self.queue.recent_threads)
        shared = (seam(self.panels), seam(self.counter), seam(self.budgets), seam(record))
        return Reached(queue, outbox, stores, *shared)

    async def is_idle(self) -> bool:
        """Whether nothing is to be found, answered, decided or shown any more."""
        depth, missed = await self.queue.depth(), self.listened.gap or self.listened.doubt
        turns = depth.waiting + depth.running + depth.delayed
        return not (missed or turns or self.approvals._requests or await self.outbox.waiting())

    def lose_threads(self) -> None:
        """Forget what is remembered of threads, but not their turns."""
        self.threads.lose_everything()

    def left_over(self) -> Iterator[str]:
        """Yield what is left of turns."""
        yield from (f"the queue holds a turn of {one.place}" for one in self.queue._currents)
        yield from (
            f"the inbox of {t.place} holds {i}" for t, i in self.queue._inboxes.items() if i
        )
        yield from (f"buried: {one.letter.reason}" for one in self.queue._letters.values())
        yield from (f"the outbox holds {about}" for _, about in self.outbox._entries)
        for turn, report in self.reports.reports.items():
            stages = (report.choosing, report.closing, *(c.stage for c in report.consultations))
            if min([report.seconds, *(stage.seconds for stage in stages if stage)]) < 0:
                yield f"{turn} took less than no time"
