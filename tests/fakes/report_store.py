"""Reports of turns in memory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

from bot.panel.model import Claim, ThreadRef, Turn, TurnId
from bot.panel.reports.months import month_of
from bot.panel.reports.report_store import FailureNote, ReportStore
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import Dimension, UsageCount, counts_of, merged
from tests.fakes.turn_queue import FakeTurnQueue

_Key = tuple[str, str, Dimension]  # workspace, month


class FakeReportStore(ReportStore):
    """The reports of the turns in *queue*."""

    def __init__(self, queue: FakeTurnQueue, *, by_person: bool = False) -> None:
        self._queue = queue
        self.by_person = by_person
        self.reports: dict[TurnId, TurnReport] = {}
        self.noted: defaultdict[TurnId, list[FailureNote]] = defaultdict(list)
        self._counted: defaultdict[_Key, list[UsageCount]] = defaultdict(list)

    async def save(self, claim: Claim, report: TurnReport) -> None:
        self._queue.held(claim)
        if claim.turn.id not in self.reports:
            team_id, month = claim.turn.thread.team_id, month_of(report.mark)
            for by, counts in counts_of(claim.turn, report, by_person=self.by_person).items():
                self._counted[team_id, month, by].extend(counts)
        self.reports[claim.turn.id] = report

    async def usage(
        self, team_id: str, month: str, *, by: Dimension = Dimension.EXPERT
    ) -> Sequence[UsageCount]:
        return list(merged(self._counted[team_id, month, by]))

    async def forget_usage(self, team_id: str, months: Iterable[str], name: str) -> None:
        for month, by in product(months, (Dimension.CHANNEL, Dimension.PERSON)):
            counted = self._counted[team_id, month, by]
            counted[:] = [one for one in counted if one.name != name]

    def forget_all(self, team_id: str, month: str, by: Dimension) -> None:
        """Have counted nothing in this dimension."""
        self._counted[team_id, month, by].clear()

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        return self.reports.get(turn)

    async def note_failure(self, turn: Turn, note: FailureNote) -> None:
        self.noted[turn.id].append(note)

    async def failures(self, turn: TurnId) -> Sequence[FailureNote]:
        return self.noted[turn]
