"""Finding the links of a thread, and rebuilding them where they were forgotten."""

import logging

from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import RouterLabels, ThreadLinks
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import Claim, ThreadRef
from bot.panel.threads.thread_store import Standing, ThreadStore

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
