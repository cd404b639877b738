"""Leaving the model's side in order when a turn ends before its end.

A conversation accepts nothing else while a call in it has no output, and one that the turn has
opened is not in the router's labels yet. What the model's side refuses now is repaired with the
next turn.
"""

import asyncio
import logging
from collections.abc import Sequence

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.journal.events import ExpertFailed, RouterAsked
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, ToolAnswered, ToolCalled
from bot.panel.language_model.expert_calls import as_one_each
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.model_client import aborted
from bot.panel.links import RouterLabels, ThreadLinks
from bot.panel.model import Call, ConversationId, Panel
from bot.panel.retries import Backoff, Retries
from bot.panel.threads.conversations import relabel

log = logging.getLogger(__name__)

_MOST_ROUNDS = 3  # of calls in one conversation: a request, and its repetition that came late


class OpenCalls:
    """The calls of one turn, by the router and by experts who consult others.

    The turn may have ended in the middle of a request that the server still answers: it has the
    time of *backoff* for that, before what it was sent counts as lost.
    """

    def __init__(
        self, model: LanguageModel, record: TurnRecord, panel: Panel, backoff: Backoff
    ) -> None:
        self._model = model
        self._backoff = backoff
        self._record = record
        self._panel = panel

    async def answer(self, links: ThreadLinks, *, may_go_on: bool = False) -> bool:
        """Answer all that are open; returns whether the router knows of the turn.

        If the turn *may go on* later, it will tell then what it still learns about them.
        """
        progress = self._record.progress
        asked = [
            self._answer_in(conversation, call, may_go_on=may_go_on)
            for call in progress.all_calls
            if (call.id in progress.rounds or self._may_be_doubled(call))
            and (conversation := links.experts.get(progress.path(call)))
        ]
        if links.router:
            asked.append(self._answer_in(links.router, None, may_go_on=may_go_on))
        known = await asyncio.gather(*asked)
        if links.router and links.experts:  # the journal may lack a call that was about to be asked
            await self._relabel(links.router, links)
        return bool(links.router and known[-1])

    async def answer_failed(self, links: ThreadLinks) -> None:
        """Answer those of experts who have failed while they chose whom to consult.

        What is on its way then is not waited for: it is repaired when they are asked again.
        """
        progress = self._record.progress
        await asyncio.gather(
            *(
                self._answer_in(conversation, call, may_go_on=False, waits=False)
                for call in progress.all_calls
                if call.id in progress.rounds
                and isinstance(progress.outcomes.get(call.id), ExpertFailed)
                and (conversation := links.experts.get(progress.path(call)))
            )
        )

    def _may_be_doubled(self, call: Call) -> bool:
        """Whether a request of *call* may be stored twice: whoever looks tidies that up."""
        progress = self._record.progress
        return call.id in progress.asked and progress.was_stopped(call)

    async def _relabel(self, router: ConversationId, links: ThreadLinks) -> None:
        labels = RouterLabels(self._record.turn.thread, links.experts)
        try:
            await relabel(self._model, router, labels, self._backoff)
        except ModelUnavailable as error:
            log.warning("links.not_recorded", extra={"reason": str(error)})

    async def _answer_in(
        self,
        conversation: ConversationId,
        chooser: Call | None,
        *,
        may_go_on: bool,
        waits: bool = True,
    ) -> bool:
        """Answer the open calls in *conversation*; returns whether it knows of the turn."""
        record = self._record
        ref = prompts.call_ref(chooser) if chooser else prompts.ref(record.turn)
        by = chooser.id if chooser else None
        looks, retries = Retries(self._backoff), Retries(self._backoff)
        left = _MOST_ROUNDS
        while True:
            try:
                stored = await self._model.since(conversation, ref)
                is_coming = waits and self._is_on_its_way(stored, chooser)
                if is_coming and await looks.wait():
                    continue
                if left and (outputs := self._outputs(stored or (), chooser)):
                    if may_go_on:  # what it was asked counts as lost, with the calls
                        await record.note(RouterAsked(by=by))
                    await self._model.append(conversation, outputs)
                    left -= 1
                    continue  # somebody may have been faster, or a late response holds others
            except (ModelUnavailable, ModelRefused, ConversationGone) as error:
                if isinstance(error, ModelUnavailable) and await retries.wait(error.after):
                    continue
                log.warning("turn.calls_left_open", extra={"reason": str(error)})
                return record.progress.round_of(by).asked
            return stored is not None

    def _is_on_its_way(self, stored: Sequence[Item] | None, chooser: Call | None) -> bool:
        """Whether a request that is not answered yet would bring what *stored* lacks, or has."""
        progress = self._record.progress
        round_ = progress.round_of(chooser.id if chooser else None)
        repeated = round_.repeated or (chooser and chooser.id in progress.repeated)
        is_over = not progress.was_stopped(chooser) if chooser else progress.closed is not None
        if repeated and not is_over:  # either try may be what is stored
            return True
        if round_.routed is None:
            return round_.asked and stored is None
        return round_.closing and bool(self._outputs(stored or (), chooser))

    def _outputs(self, stored: Sequence[Item], chooser: Call | None) -> list[Item]:
        progress, panel = self._record.progress, self._panel
        answered = {item.call_id for item in stored if isinstance(item, ToolAnswered)}
        round_ = progress.round_of(chooser.id if chooser else None)
        outputs: list[Item] = []
        for item in stored:
            if isinstance(item, ToolCalled) and item.call_id not in answered:
                calls = [call for call in round_.all_calls if call.known_as == item.call_id]
                ended = [c for c in calls if (c.joins or c.id) in progress.outcomes]
                outputs += (
                    prompts.as_tool_output(c, panel.find(c.expert), progress.outcome_of(c))
                    for c in ended
                )
                if not ended:
                    outputs.append(aborted(item))
        return as_one_each(outputs)
