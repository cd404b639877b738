"""What is made anew for each turn, and how it is reported."""

from bot.panel.approvals.tool_approvals import ToolApprovals
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.model import Panel, Turn
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.reports import turn_report
from bot.panel.turn.open_calls import OpenCalls
from bot.panel.turn.services import Rules, Services


class TurnParts:
    """Makes what a turn needs, of *services* and *rules*."""

    def __init__(self, services: Services, rules: Rules) -> None:
        self._services = services
        self._rules = rules

    def writer(self, record: TurnRecord) -> ThreadWriter:
        return ThreadWriter(record, self._services.messenger, self._services.stores.outbox)

    def plan(self, record: TurnRecord, writer: ThreadWriter, panel: Panel) -> PlanMessage:
        return PlanMessage(record, self._services.messenger, writer, panel, self._rules.timeouts)

    async def approvals(self, record: TurnRecord) -> ToolApprovals:
        approvals = ToolApprovals(
            record,
            self._services.stores.approvals,
            self.writer(record),
            self._services.messenger,
            self._rules.approvers,
            self._rules.timeouts,
        )
        await approvals.load()
        return approvals

    def open_calls(self, record: TurnRecord, panel: Panel) -> OpenCalls:
        backoff = self._rules.timeouts.backoff
        return OpenCalls(self._services.client.model, record, panel, backoff)

    async def save_report(self, record: TurnRecord, turn: Turn, panel: Panel) -> None:
        """Keep what is to be remembered of the turn: its journal is about to be deleted."""
        report = turn_report.of(record, turn, panel, self._rules.models.router)
        await self._services.stores.reports.save(record.claim, report)
