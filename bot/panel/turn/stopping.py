"""Ending a turn that is not wanted any more: every call answered, nothing left showing.

Whoever stopped it is told; where its question or its thread was deleted, nobody is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bot.panel.approvals.tool_approvals import ToolApprovals
from bot.panel.errors import (
    ConversationGone,
    MessengerRefused,
    MessengerUnavailable,
    ModelRefused,
    ModelUnavailable,
    ThreadGone,
)
from bot.panel.journal.events import ExpertFailed, Failure
from bot.panel.journal.progress import Progress
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, ToolAnswered, ToolCalled
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.model_client import aborted
from bot.panel.links import ThreadLinks
from bot.panel.messaging.messenger import Messenger
from bot.panel.model import Call, CallId, ConversationId, Message, Panel
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import ThreadStore

log = logging.getLogger(__name__)


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

    def __init__(self, threads: ThreadStore, model: LanguageModel, messenger: Messenger) -> None:
        self._threads = threads
        self._model = model
        self._messenger = messenger

    async def end(self, turn: EndingTurn) -> None:
        """End *turn* and its pending approvals, and say so; posted replies stay."""
        record, writer, panel = turn.record, turn.writer, turn.panel
        await turn.approvals.withdraw()
        links = await self._end_calls(record, panel, record.turn.messages)
        writer.router = links.router
        await turn.plan.end(sentences.asked_until_stopped)
        await writer.end_streams()
        await writer.take_back_delay()
        await writer.post("stopped", sentences.stopped(_stopped_experts(record, panel)))
        await writer.clear_status()

    async def end_quietly(self, turn: EndingTurn, left: Sequence[Message]) -> None:
        """End *turn* without a word: its question or its thread was deleted.

        Replies that were posted stay. Of its messages, those *left* are read with the next.
        """
        record, writer = turn.record, turn.writer
        links = await self._end_calls(record, turn.panel, left)
        writer.router = links.router
        steps = [
            turn.approvals.withdraw_own,
            writer.withdraw_streams,
            turn.plan.withdraw,
            writer.take_back_delay,
        ]
        if record.progress.posting:
            thread, turn_id = record.turn.thread, record.turn.id
            steps.append(partial(self._messenger.delete_strays, thread, turn_id))
        for step in steps:
            try:
                await step()
            except (MessengerUnavailable, MessengerRefused, ThreadGone) as error:
                extra = {"turn": record.turn.id, "reason": str(error)}
                log.warning("deleted.not_cleaned_up", extra=extra)
        await writer.clear_status()

    async def _end_calls(
        self, record: TurnRecord, panel: Panel, messages: Sequence[Message]
    ) -> ThreadLinks:
        """Leave no call open on the model's side; *messages* count as unread if they are."""
        for call in record.progress.all_calls:
            if call.id not in record.progress.outcomes:
                await record.note(ExpertFailed(call.id, Failure.STOPPED))
        thread = record.turn.thread
        links = await self._threads.links(thread)
        await asyncio.gather(*self._answering_calls(record, links, panel))
        router_read_it = links.router and await self._answer_calls(record, links.router, panel)
        if messages and not (router_read_it or record.turn.verdict):
            await self._threads.mark_unread(thread, messages[0].ts)
        return links

    def _answering_calls(
        self, record: TurnRecord, links: ThreadLinks, panel: Panel
    ) -> Iterator[Awaitable[bool]]:
        """Yield what answers the open calls of each expert that consults others."""
        for call in record.progress.all_calls:
            conversation = links.experts.get(record.progress.path(call))
            if conversation and call.id in record.progress.rounds:
                yield self._answer_calls(record, conversation, panel, call)

    async def _answer_calls(
        self,
        record: TurnRecord,
        conversation: ConversationId,
        panel: Panel,
        chooser: Call | None = None,
    ) -> bool:
        """Answer the calls that are open in *conversation*; False if it knows of no turn.

        What the model's side refuses now is repaired with the next turn.
        """
        ref = prompts.call_ref(chooser) if chooser else prompts.ref(record.turn)
        by = chooser.id if chooser else None
        try:
            stored = await self._model.since(conversation, ref)
            if outputs := _outputs(stored or (), record.progress, panel, by):
                await self._model.append(conversation, outputs)
        except (ModelUnavailable, ModelRefused, ConversationGone) as error:
            extra = {"turn": record.turn.id, "reason": str(error)}
            log.warning("stop.calls_left_open", extra=extra)
            return record.progress.round_of(by).asked
        return stored is not None


def _outputs(
    stored: Sequence[Item], progress: Progress, panel: Panel, by: CallId | None
) -> list[Item]:
    """Return an output for each call of the round that is *stored* without one."""
    answered = {item.call_id for item in stored if isinstance(item, ToolAnswered)}
    known = {call.known_as: call for call in progress.round_of(by).all_calls}
    outputs: list[Item] = []
    for item in stored:
        if isinstance(item, ToolCalled) and item.call_id not in answered:
            if call := known.get(item.call_id):
                outcome = progress.outcome_of(call)
                outputs.append(prompts.as_tool_output(call, panel.find(call.expert), outcome))
            else:
                outputs.append(aborted(item))
    return outputs


def _stopped_experts(record: TurnRecord, panel: Panel) -> list[str]:
    """Return the titles of the experts that were stopped."""
    outcomes = record.progress.outcomes
    return [
        panel.persona(call.expert).name
        for call in record.progress.calls
        if outcomes.get(call.id) == ExpertFailed(call.id, Failure.STOPPED)
    ]
