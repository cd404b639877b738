"""A process that takes in what people do, and looks for what was missed."""

import asyncio
from dataclasses import dataclass

from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.intake.intake import Intake
from tests.simulation.domain.missed import catching_up
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.domain.stores.memory import Reached
from tests.simulation.net import Net
from tests.simulation.process import Process


@dataclass(eq=False, slots=True)
class Web:
    """One process that takes in what people do."""

    process: Process
    intake: Intake
    decisions: ApprovalDecisions
    listening: "asyncio.Task[None] | None" = None  # where Slack gives events up

    def drain(self) -> None:
        """Tell it to end, as SIGTERM does."""
        if self.listening and not self.listening.done():
            self.listening.add_done_callback(lambda _: self.process.kill())
            self.process.run(self.listening.cancel)


def open_web(process: Process, reached: Reached, rights: ApprovalRights) -> Web:
    """Let *process* take in what people do."""
    stores = reached.stores
    intake = Intake(reached.queue, stores.threads, stores.auditor)
    return Web(process, intake, ApprovalDecisions(stores.approvals, rights, stores.auditor))


def listen(web: Web, reached: Reached, net: Net, slack: SimulatedSlack) -> None:
    """Let *web* note that it listens, and catch up with what nobody did."""
    record, threads = reached.listening, reached.stores.threads
    missed = catching_up(web.process, net, slack, record, web.intake, threads)
    web.listening = web.process.spawn(missed.run(lambda: True))
