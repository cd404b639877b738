"""Ending a turn that somebody stopped: every call answered, people told, nothing left showing."""

import logging
from collections.abc import Sequence

from bot.panel import prompts, sentences
from bot.panel.asking import aborted
from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.events import ExpertFailed, Failure
from bot.panel.exchange import Item, ToolAnswered, ToolCalled
from bot.panel.messaging import Messenger
from bot.panel.model import ConversationId, MessageTs, Panel
from bot.panel.permission import Permission
from bot.panel.plan_board import PlanBoard
from bot.panel.ports import LanguageModel
from bot.panel.speaker import Speaker
from bot.panel.stores import ThreadStore
from bot.panel.turn_record import TurnRecord

log = logging.getLogger(__name__)


class Stopping:
    """Ends turns where they stand. Safe to repeat after a crash."""

    def __init__(self, threads: ThreadStore, model: LanguageModel, messenger: Messenger) -> None:
        self._threads = threads
        self._model = model
        self._messenger = messenger

    async def end(self, record: TurnRecord, panel: Panel, permission: Permission) -> None:
        """End the turn of *record*, and what is to be decided; what was said stays said."""
        await permission.withdraw()
        for call in record.progress.calls:
            if call.id not in record.progress.outcomes:
                await record.note(ExpertFailed(call.id, Failure.STOPPED))
        thread, speaker = record.turn.thread, Speaker(record, self._messenger)
        links = await self._threads.links(thread)
        if not (links.router and await self._settled(record, links.router, panel)):
            first = record.turn.messages[0].ts  # the router is to read it next time
            if not record.turn.verdict:
                await self._threads.overheard(thread, MessageTs(first))
        speaker.router = links.router
        async with PlanBoard(record, self._messenger, speaker, panel, pause=0).live():
            pass
        await speaker.end_streams()
        await speaker.say("stopped", sentences.stopped(_silent(record, panel)))
        await speaker.show_status("")

    async def _settled(self, record: TurnRecord, router: ConversationId, panel: Panel) -> bool:
        """Answer the calls that the router's conversation holds; False if it knows of no turn.

        What the model's side does not let us do now, it is asked for with the next turn.
        """
        try:
            stored = await self._model.since(router, prompts.ref(record.turn))
            if outputs := _outputs(stored or (), record, panel):
                await self._model.append(router, outputs)
        except (ModelUnavailable, ModelRefused, ConversationGone) as error:
            extra = {"turn": record.turn.id, "reason": str(error)}
            log.warning("stop.calls_left_open", extra=extra)
            return record.progress.router_asked
        return stored is not None


def _outputs(stored: Sequence[Item], record: TurnRecord, panel: Panel) -> list[Item]:
    """Return an answer to each call of the turn that is *stored* without one."""
    answered = {item.call_id for item in stored if isinstance(item, ToolAnswered)}
    known = {call.known_as: call for call in record.progress.calls}
    outputs: list[Item] = []
    for item in stored:
        if isinstance(item, ToolCalled) and item.call_id not in answered:
            if call := known.get(item.call_id):
                outcome = record.progress.outcomes[call.id]
                outputs.append(prompts.as_tool_output(call, panel.find(call.expert), outcome))
            else:
                outputs.append(aborted(item))
    return outputs


def _silent(record: TurnRecord, panel: Panel) -> list[str]:
    """Return the titles of the experts that were stopped."""
    outcomes = record.progress.outcomes
    return [
        panel.persona(call.expert).name
        for call in record.progress.calls
        if outcomes.get(call.id) == ExpertFailed(call.id, Failure.STOPPED)
    ]
