"""The conversations of one thread during a turn: opened when first needed, and linked."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.journal.events import ConversationOpened
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.exchange import UserSaid
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Copy, ExpertLabels, Labels, RouterLabels, ThreadLinks
from bot.panel.model import ConsultationPath, ConversationId
from bot.panel.retries import Backoff, retry
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)


class ThreadConversations:
    """Opens conversations and links them; only the worker that has the turn writes links."""

    def __init__(
        self,
        record: TurnRecord,
        links: ThreadLinks,
        store: ThreadStore,
        model: LanguageModel,
        timeouts: Timeouts,
    ) -> None:
        self._record = record
        self._claim = record.claim
        self._thread = record.turn.thread
        self._links = links
        self._store = store
        self._model = model
        self._backoff = timeouts.backoff
        self._unrecorded = False
        self._saved = links
        self._opening_router = asyncio.Lock()  # experts and the router may ask for it at once
        self._saving = asyncio.Lock()  # saves that overtake each other would lose links

    @property
    def links(self) -> ThreadLinks:
        return self._links

    async def router(self) -> ConversationId:
        """Return the router's conversation, opening it if there is none."""
        async with self._opening_router:
            if self._links.router is None:
                return await self._open(None)
            if self._record.progress.opened.router is None:  # Slack may name it nowhere
                self._record.note_with_next(ConversationOpened(None, self._links.router))
            return self._links.router

    async def expert(self, path: ConsultationPath) -> ConversationId:
        """Return the conversation of the expert, opening it if there is none."""
        if known := self._links.experts.get(path):
            if self._record.resumed and path not in self._record.progress.opened.experts:
                # An attempt may have opened it which died before it noted that.
                self._record.note_with_next(ConversationOpened(path, known))
            return known
        return await self._open(path)

    async def replace(
        self, path: ConsultationPath | None, history: Sequence[UserSaid]
    ) -> ConversationId:
        """Open another conversation for an expert, or the router, whose own is gone.

        It begins with *history*, and is linked when it holds that. The former one is logged, and
        its owner stays stored: it is deleted with the thread, should it exist after all.
        """
        former = self._links.router if path is None else self._links.experts.get(path)
        labels = await self._labels(path)
        opened = await retry(
            lambda: self._open_with(labels, former, history), self._backoff, on=ModelUnavailable
        )
        log.warning(
            "conversation.replaced",
            extra={
                "ts": self._thread.thread_ts,
                "path": path or "router",
                "former": former,
                "id": opened,
            },
        )
        await self._link(path, opened)
        await self._record.flush()
        await self._store.forget_copies(self._thread)
        return opened

    async def _open_with(
        self, labels: Labels, former: ConversationId | None, history: Sequence[UserSaid]
    ) -> ConversationId:
        """Open a conversation with *history*; one that a crash left half written is deleted."""
        if former and (unfinished := (await self._store.copies(self._thread)).get(former)):
            await self._model.delete(unfinished.id)
        opened = await self._model.open(labels)
        if former:
            await self._store.note_copy(self._claim, former, Copy(opened))
        if history:
            await self._model.append(opened, history)
        return opened

    async def record(self, *, always: bool = False) -> None:
        """Write into the router's metadata which experts have joined; if that fails, no matter."""
        if self._links.router and (self._unrecorded or always):
            labels = RouterLabels(self._thread, self._links.experts)
            await relabel(self._model, self._links.router, labels, self._backoff)
            self._unrecorded = False

    async def restore(self) -> None:
        """Save the links once more if they were forgotten in the course of the turn."""
        if await self._store.links(self._thread) != self._links:
            await self._store.save_links(self._thread, self._links, claim=self._claim)

    async def _labels(self, path: ConsultationPath | None) -> Labels:
        if path is None:
            return RouterLabels(self._thread, self._links.experts)
        return ExpertLabels(self._thread, path, await self.router())

    async def _open(self, path: ConsultationPath | None) -> ConversationId:
        """Open a conversation; one whose id is lost on the way stays empty and does no harm."""
        open_ = partial(self._model.open, await self._labels(path))
        opened = await retry(open_, self._backoff, on=ModelUnavailable)
        await self._link(path, opened)
        return opened

    async def _link(self, path: ConsultationPath | None, opened: ConversationId) -> None:
        """Save the links; the journal, which outlives them, notes it before anything is said."""
        self._record.note_with_next(ConversationOpened(path, opened))
        self._unrecorded |= bool(path or self._links.experts)
        self._links = self._links.including(path, opened)
        async with self._saving:
            if self._saved is not self._links:  # else another task has saved ours, too
                saving = self._links
                await self._store.save_links(self._thread, saving, claim=self._claim)
                self._saved = saving


async def relabel(
    model: LanguageModel, router: ConversationId, labels: RouterLabels, backoff: Backoff
) -> None:
    """Write into the metadata of the *router* which experts it has; the next turn does so, too."""
    try:
        await retry(partial(model.relabel, router, labels), backoff, on=ModelUnavailable)
    except (ConversationGone, ModelRefused) as error:
        log.warning("links.not_recorded", extra={"reason": str(error)})
