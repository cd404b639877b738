"""The thread link during one turn: found, recovered where forgotten, and kept in all places."""

import asyncio
import logging

from bot.panel.asking import patiently
from bot.panel.errors import ConversationGone, ModelRefused
from bot.panel.links import ExpertLabels, Labels, RouterLabels, ThreadLinks
from bot.panel.messaging import Transcript
from bot.panel.model import Claim, ConversationId, ExpertName, ThreadRef
from bot.panel.patience import Patience
from bot.panel.ports import LanguageModel
from bot.panel.stores import Standing, ThreadStore

log = logging.getLogger(__name__)


class LinkRecovery:
    """Finds the links of a thread: in the store; else from Slack, then the model's side."""

    def __init__(self, store: ThreadStore, model: LanguageModel, transcript: Transcript) -> None:
        self._store = store
        self._model = model
        self._transcript = transcript

    async def find(self, thread: ThreadRef, claim: Claim | None = None) -> ThreadLinks:
        """Return the links of *thread*; empty if it has none anywhere."""
        links = await self._store.links(thread)
        return links if links.router else await self.rebuild(thread, claim)

    async def rebuild(self, thread: ThreadRef, claim: Claim | None = None) -> ThreadLinks:
        """Return the links that Slack and the model's side tell of, and store them.

        What the store knows beyond that stays: experts whose turn is not over, a muted thread.
        """
        router = await self._transcript.router_of(thread)
        labels = await self._model.labels(router) if router else None
        if labels is None:  # ours, but gone from the model's side: the turn will begin anew
            return ThreadLinks(router)
        if not isinstance(labels, RouterLabels) or labels.thread != thread:
            return ThreadLinks()
        stored = await self._store.links(thread)
        newer = stored.experts if stored.router == router else {}
        links = ThreadLinks(router, {**labels.experts, **newer})
        await self._store.save_links(thread, links, claim=claim)
        if await self._store.standing(thread) is not Standing.MUTED:
            await self._store.set_standing(thread, Standing.OURS)
        log.info("links.recovered", extra={"ts": thread.thread_ts, "experts": len(links.experts)})
        return links


class LinkBook:
    """The links of one thread; only the worker that has its turn writes them."""

    def __init__(
        self,
        claim: Claim,
        links: ThreadLinks,
        store: ThreadStore,
        model: LanguageModel,
        patience: Patience,
    ) -> None:
        self._claim = claim
        self._thread = claim.turn.thread
        self._links = links
        self._store = store
        self._model = model
        self._patience = patience
        self._unrecorded = False
        self._saved = links
        self._opening_router = asyncio.Lock()  # experts and the router may ask for it at once
        self._saving = asyncio.Lock()  # saves that overtake each other would lose links

    @property
    def links(self) -> ThreadLinks:
        """The links as far as they are known."""
        return self._links

    async def router(self) -> ConversationId:
        """Return the router's conversation, opening it if there is none."""
        async with self._opening_router:
            if self._links.router is None:
                opened = await self._open(RouterLabels(self._thread, self._links.experts))
                await self._save(ThreadLinks(opened, self._links.experts))
                return opened
            return self._links.router

    async def expert(self, name: ExpertName) -> ConversationId:
        """Return the conversation of the expert, opening it if there is none."""
        if known := self._links.experts.get(name):
            return known
        router = await self.router()
        opened = await self._open(ExpertLabels(self._thread, name, router))
        self._unrecorded = True
        await self._save(ThreadLinks(router, {**self._links.experts, name: opened}))
        return opened

    async def forget_router(self) -> None:
        """Drop the router's conversation: the model's side does not know it any more."""
        self._unrecorded = bool(self._links.experts)
        self._links = ThreadLinks(None, self._links.experts)

    async def forget_expert(self, name: ExpertName) -> None:
        """Drop an expert's conversation: the model's side does not know it any more."""
        experts = {key: value for key, value in self._links.experts.items() if key != name}
        self._links = ThreadLinks(self._links.router, experts)

    async def record(self, *, always: bool = False) -> None:
        """Write into the router's metadata which experts have joined since it was written.

        All is said by then: what will not be written is no reason to fail.
        """
        if self._links.router and (self._unrecorded or always):
            labels = RouterLabels(self._thread, self._links.experts)
            router = self._links.router
            try:
                await patiently(lambda: self._model.relabel(router, labels), self._patience)
            except (ConversationGone, ModelRefused) as error:  # the next turn finds out itself
                log.warning("links.not_recorded", extra={"reason": str(error)})
            self._unrecorded = False

    async def _open(self, labels: Labels) -> ConversationId:
        """Open a conversation; one whose id got lost on the way stays empty and does no harm."""
        return await patiently(lambda: self._model.open(labels), self._patience)

    async def _save(self, links: ThreadLinks) -> None:
        self._links = links
        async with self._saving:
            if self._saved is not self._links:  # else somebody before us has saved ours, too
                saving = self._links
                await self._store.save_links(self._thread, saving, claim=self._claim)
                self._saved = saving
