"""Catching up, put together as the assembly does, and what it reads of the simulated Slack."""

from collections.abc import Sequence
from typing import cast

from bot.panel.errors import MessengerUnavailable
from bot.panel.intake.catching_up import CatchingUp
from bot.panel.intake.gap_search import GapSearch
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.intake.missed_messages import (
    Gap,
    ListeningRecord,
    MessageHistory,
    RecordOfWorkspace,
    SeenThread,
)
from bot.panel.model import Message, MessageTs, ThreadRef
from bot.panel.threads.thread_store import ThreadStore
from tests.simulation.domain.seams import Seam, Server
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.net import Net
from tests.simulation.process import Process

TEAMS = ("T1", "T2")
_WITHIN = 3600.0  # seconds


class SimulatedHistory(MessageHistory):
    """What *slack* shows of one workspace."""

    def __init__(self, slack: SimulatedSlack, team_id: str) -> None:
        self._slack = slack
        self._team_id = team_id

    async def channels(self) -> Sequence[str]:
        return sorted({thread.channel_id for thread in self._threads()})

    async def threads(self, channel_id: str, since: float) -> Sequence[SeenThread]:
        shown = [self._seen(one, since) for one in self._threads() if one.channel_id == channel_id]
        return sorted(shown, key=lambda seen: float(seen.thread.thread_ts), reverse=True)

    async def messages(self, thread: ThreadRef, since: float) -> Sequence[Incoming]:
        people = self._slack.thread(thread).people.values()
        written = [one for one in people if float(one.ts) >= since]
        return [self._incoming(thread, one) for one in sorted(written, key=lambda m: float(m.ts))]

    def _threads(self) -> Sequence[ThreadRef]:
        return [
            thread
            for thread, shown in self._slack.threads.items()
            if thread.team_id == self._team_id and not shown.is_deleted
        ]

    def _seen(self, thread: ThreadRef, since: float) -> SeenThread:
        shown = self._slack.thread(thread)
        first = shown.people.get(MessageTs(thread.thread_ts))
        written = [float(ts) for ts in (thread.thread_ts, *shown.people, *shown.ours)]
        is_new = first is not None and float(first.ts) >= since
        message = self._incoming(thread, first) if first and is_new else None
        return SeenThread(thread, max(written), message, has_replies=len({*written}) > 1)

    def _incoming(self, thread: ThreadRef, message: Message) -> Incoming:
        shown = self._slack.thread(thread)
        return Incoming(
            thread,
            message,
            message.ts != thread.thread_ts,
            message.ts in shown.to_others,
            edited=shown.edits.get(message.ts),
        )


def catching_up(
    process: Process,
    net: Net,
    slack: SimulatedSlack,
    record: ListeningRecord,
    intake: Intake,
    threads: ThreadStore,
) -> CatchingUp:
    """Return what *process* catches up with, in all workspaces."""
    server = Server(net, process, "slack", MessengerUnavailable)

    async def search(gap: Gap) -> None:
        for team_id in TEAMS:
            history = cast("MessageHistory", Seam(server, SimulatedHistory(slack, team_id)))
            its = RecordOfWorkspace(record, team_id)
            await GapSearch(its, history, intake, threads, gap, _WITHIN).run()

    return CatchingUp(record, search, within=_WITHIN)
