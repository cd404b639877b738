"""Ending a turn that is not wanted any more: every call answered, nothing left showing.

Whoever stopped it is told; where its question or its thread was deleted, nobody is.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.panel.approvals.tool_approvals import ToolApprovals
from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone, TryLater
from bot.panel.journal.events import ExpertFailed
from bot.panel.journal.failures import Failure
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.messenger import Messenger
from bot.panel.model import Message, Panel
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.retries import Backoff, retry
from bot.panel.texts import sentences
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.turn.turn_parts import TurnParts

log = logging.getLogger(__name__)

STOPPED = "stopped"  # the part that says so


@dataclass(frozen=True, slots=True)
class EndingTurn:
    """A turn that ends where it stands, with what people see of it."""

    record: TurnRecord
    writer: ThreadWriter
    plan: PlanMessage
    panel: Panel
    approvals: ToolApprovals


class Stopping:
    """Ends turns where they stand. Safe to repeat after a crash."""

    def __init__(
        self,
        parts: TurnParts,
        recovery: LinkRecovery,
        threads: ThreadStore,
        messenger: Messenger,
        backoff: Backoff,
    ) -> None:
        self._parts = parts
        self._recovery = recovery
        self._threads = threads
        self._messenger = messenger
        self._backoff = backoff

    async def end(self, turn: EndingTurn) -> None:
        """End *turn* and its pending approvals, and say so; posted replies stay."""
        record, writer, panel = turn.record, turn.writer, turn.panel
        await turn.approvals.withdraw()
        async with self._calls_ended(turn, record.turn.messages):
            await turn.plan.stop()
            await writer.end_streams()
            await writer.take_back_delay()
            await writer.post(STOPPED, sentences.stopped(_stopped_experts(record, panel)))
            await writer.clear_status()

    async def end_quietly(self, turn: EndingTurn, left: Sequence[Message]) -> None:
        """End *turn* without a word: its question or its thread was deleted.

        Replies that were posted stay. Of its messages, those *left* are read with the next.
        """
        record, writer = turn.record, turn.writer
        steps = [
            turn.approvals.withdraw_own,
            writer.withdraw_streams,
            turn.plan.withdraw,
            writer.take_back_delay,
        ]
        if record.posts.posting:
            thread, turn_id = record.turn.thread, record.turn.id
            steps.append(partial(self._messenger.delete_strays, thread, turn_id))
        async with self._calls_ended(turn, left):
            for step in steps:
                try:
                    await retry(step, self._backoff, on=MessengerUnavailable)
                except (MessengerUnavailable, MessengerRefused, ThreadGone) as error:
                    log.warning("deleted.not_cleaned_up", extra={"reason": str(error)})
            await writer.clear_status()

    @asynccontextmanager
    async def _calls_ended(
        self, turn: EndingTurn, messages: Sequence[Message]
    ) -> AsyncIterator[None]:
        """End all calls; when people have been told, leave none open on the model's side.

        *messages* count as unread if the router has not read them.
        """
        record, thread = turn.record, turn.record.turn.thread
        for call in record.progress.all_calls:
            if call.id not in record.progress.outcomes:
                await record.note(ExpertFailed(call.id, Failure.STOPPED))
        links = await retry(partial(self._recovery.complete, record), self._backoff, on=TryLater)
        turn.writer.router = links.router
        try:
            yield
        finally:  # whatever people cannot be told
            calls = self._parts.open_calls(record, turn.panel)
            router_read_it = await calls.answer(links)
            if messages and not (router_read_it or record.turn.verdict):
                await self._threads.mark_unread(thread, messages[0].ts)


def _stopped_experts(record: TurnRecord, panel: Panel) -> list[str]:
    progress = record.progress
    stopped = filter(progress.was_stopped, progress.calls)
    return [panel.persona(call.expert).name for call in stopped]
