"""Reports of turns in memory."""

from collections import defaultdict
from collections.abc import Sequence

from bot.panel.model import Claim, ThreadRef, Turn, TurnId
from bot.panel.months import month_of
from bot.panel.reports.report_store import FailureNote, ReportStore
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import UsageCount, merged, usage_counts
from tests.fakes.turn_queue import FakeTurnQueue


class FakeReportStore(ReportStore):
    """The reports of the turns in *queue*."""

    def __init__(self, queue: FakeTurnQueue) -> None:
        self._queue = queue
        self.reports: dict[TurnId, TurnReport] = {}
        self.noted: defaultdict[TurnId, list[FailureNote]] = defaultdict(list)
        self._counted: defaultdict[tuple[str, str], list[UsageCount]] = defaultdict(list)

    async def save(self, claim: Claim, report: TurnReport) -> None:
        self._queue.held(claim)
        if claim.turn.id not in self.reports:
            counted = self._counted[claim.turn.thread.team_id, month_of(report.mark)]
            counted.extend(usage_counts(report))
        self.reports[claim.turn.id] = report

    async def usage(self, team_id: str, month: str) -> Sequence[UsageCount]:
        return list(merged(self._counted[team_id, month]))

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        return self.reports.get(turn)

    async def note_failure(self, turn: Turn, note: FailureNote) -> None:
        self.noted[turn.id].append(note)

    async def failures(self, turn: TurnId) -> Sequence[FailureNote]:
        return self.noted[turn]
