"""Finding the links of a thread, and rebuilding them where they were forgotten."""

import logging
from dataclasses import replace
from typing import Protocol

from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import NO_LINKS, ExpertLabels, RouterLabels, ThreadLinks
from bot.panel.messaging.people import MayAsk, anybody
from bot.panel.messaging.transcript import NamedRouters, Transcript
from bot.panel.model import Claim, ConversationId, ThreadRef, Turn, TurnId, UserId
from bot.panel.threads.thread_store import Standing, ThreadStore

log = logging.getLogger(__name__)


class Settling(Protocol):
    """Makes a thread and the store agree again where the store has forgotten something."""

    async def settle(self, thread: ThreadRef, *, besides: TurnId) -> None:
        """End what *thread* shows of turns that were forgotten with its links."""

    async def close_ended(self, record: TurnRecord) -> None:
        """Forget requests in the thread of *record* that have ended."""


class LinkRecovery:
    """Finds the links of a thread: in the store; else from Slack, then the model's side.

    Where a turn finds that they were forgotten, the other turns of its thread are *settled*. A
    thread without any is ours if somebody has mentioned us there who *may ask*.
    """

    def __init__(
        self,
        store: ThreadStore,
        model: LanguageModel,
        transcript: Transcript,
        settling: Settling | None = None,
        may_ask: MayAsk = anybody,
    ) -> None:
        self._settling = settling
        self._may_ask = may_ask
        self._store = store
        self._model = model
        self._transcript = transcript

    async def of_turn(self, record: TurnRecord) -> ThreadLinks | None:
        """Return the links of the turn's thread, empty if it is new; None if it is not ours."""
        turn = record.turn
        begins_thread = turn.messages[0].ts == turn.thread.thread_ts
        if begins_thread and not (record.resumed or record.claim.overtaken):
            return await self._store.links(turn.thread)
        links = await self.complete(record)
        if links.router or turn.mentions_bot or await self._is_ours(turn):
            return links
        return None

    async def complete(self, record: TurnRecord) -> ThreadLinks:
        """Return the links of the turn's thread, with what it has opened itself, and store them."""
        thread, opened = record.turn.thread, record.progress.opened
        links = stored = await self._store.links(thread)
        if not links.router:  # forgotten, perhaps while this turn or another was running
            links = stored = await self.rebuild(thread, record.claim, opened)
            if self._settling:
                await self._settling.settle(thread, besides=record.turn.id)
        elif record.claim.has_old_links:
            if self._settling:
                await self._settling.close_ended(record)
            links = stored = await self._compared(thread, links, record.claim)
        links = links.completed(opened, self._model.is_current)
        if links != stored:
            await self._store.save_links(thread, links, claim=record.claim)
        return links

    async def was_overtaken(self, turn: Turn) -> bool:
        """Whether a message that summoned us into the thread of *turn* was overtaken by it."""
        thread = turn.thread

        async def may_ask(user: UserId) -> bool:
            return await self._may_ask(user, thread.channel_id)

        first = turn.messages[0].ts
        return await self._transcript.was_mentioned(thread, before=first, by=may_ask)

    async def _is_ours(self, turn: Turn) -> bool:
        if await self._store.standing(turn.thread) is Standing.OURS:
            return True
        return await self.was_overtaken(turn)

    async def _is_of(self, labelled: ThreadRef, thread: ThreadRef) -> bool:
        """Whether *labelled* is *thread*, whose channel may have another id without our knowing."""
        if labelled == thread:
            return True
        is_same = labelled == replace(thread, channel_id=labelled.channel_id)
        return is_same and await self._transcript.has_moved(labelled, thread)

    async def find(self, thread: ThreadRef, claim: Claim | None = None) -> ThreadLinks:
        """Return the links of *thread*; empty if it has none anywhere."""
        links = await self._store.links(thread)
        if not links.router:
            return await self.rebuild(thread, claim)
        if await self._store.may_have_old_links(thread):
            return await self._compared(thread, links, claim)
        return links

    async def _compared(
        self, thread: ThreadRef, links: ThreadLinks, claim: Claim | None
    ) -> ThreadLinks:
        """Return *links*, which may be of a backup, with what was linked since, and store them."""
        router = links.router
        is_current = router and self._model.is_current(router)
        labels = await self._model.labels(router) if router and is_current else None
        if not isinstance(labels, RouterLabels) or not await self._is_of(labels.thread, thread):
            rebuilt = await self.rebuild(thread, claim)  # another router's may have come since
            return rebuilt if rebuilt.router else links
        links = ThreadLinks(router, {**links.experts, **labels.experts})
        await self._store.save_links(thread, links, claim=claim)
        return links

    async def _named_by(self, opened: ThreadLinks) -> ConversationId | None:
        for expert in opened.experts.values():
            labels = await self._model.labels(expert)
            if isinstance(labels, ExpertLabels):
                return labels.router
        return None

    async def rebuild(
        self, thread: ThreadRef, claim: Claim | None = None, opened: ThreadLinks = NO_LINKS
    ) -> ThreadLinks:
        """Return the links that Slack and the model's side know of, and store them.

        What the store knows beyond that stays: experts whose turn is not over, a muted thread.
        What was *opened* in the turn, Slack may not know yet.
        """
        named = NamedRouters(opened.router)
        if not opened.router:
            named = await self._transcript.routers_of(thread)
        router = named.signed or named.unsigned or await self._named_by(opened)
        labels = await self._model.labels(router) if router else None
        if labels is None:  # ours, but gone from the model's side: the turn will begin anew
            return ThreadLinks(named.signed)
        if not isinstance(labels, RouterLabels) or not await self._is_of(labels.thread, thread):
            return ThreadLinks()
        stored = await self._store.links(thread)
        newer = stored.experts if stored.router == router else {}
        links = ThreadLinks(router, {**labels.experts, **newer})
        await self._store.save_links(thread, links, claim=claim)
        if await self._store.standing(thread) is not Standing.MUTED:
            await self._store.set_standing(thread, Standing.OURS)
        log.info("links.recovered", extra={"ts": thread.thread_ts, "experts": len(links.experts)})
        return links
