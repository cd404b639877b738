"""Reports of turns, in memory."""

from bot.panel.model import Claim, ThreadRef, TurnId
from bot.panel.ports import ReportStore
from bot.panel.turn_report import TurnReport
from tests.fakes.turn_queue import FakeTurnQueue


class FakeReportStore(ReportStore):
    """The reports of the turns in *queue*."""

    def __init__(self, queue: FakeTurnQueue) -> None:
        self._queue = queue
        self.reports: dict[TurnId, TurnReport] = {}

    async def save(self, claim: Claim, report: TurnReport) -> None:
        self._queue.held(claim)
        self.reports[claim.turn.id] = report

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        return self.reports.get(turn)
