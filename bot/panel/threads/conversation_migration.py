"""Copying a thread's conversations to the backend in use, with all their items.

1. Each conversation of another backend is read there and written anew here; the router's first,
   because the experts' conversations name it. The originals stay as they are.
2. A copy is noted before its first item is written and after the last. A copy that a crash left
   unfinished is deleted, a complete one is used.
3. The thread keeps its former links until all its copies are complete; then they change at once.
4. A conversation that cannot be read any more, or not be written here, keeps its former link: the
   next prompt finds it gone, and the panel begins anew with what Slack remembers.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    ModelSaid,
    StoredItem,
    ToolUsed,
    UserSaid,
    in_words,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Copy, ExpertLabels, Labels, RouterLabels, ThreadLinks
from bot.panel.model import Claim, ConsultationPath, ConversationId
from bot.panel.retries import retry
from bot.panel.threads.conversations import relabel
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.timeouts import Timeouts
from bot.panel.tools import ApprovalWanted

log = logging.getLogger(__name__)

_LONGEST_SUMMARY = 60_000  # characters, the newest
_SUMMARY = "What was said in this conversation so far, retold:\n{}"


class ConversationMigration:
    """Copies the conversations of threads, each under the claim of whoever has the thread."""

    def __init__(self, threads: ThreadStore, model: LanguageModel, timeouts: Timeouts) -> None:
        self._threads = threads
        self._model = model
        self._backoff = timeouts.backoff

    def is_needed(self, links: ThreadLinks) -> bool:
        """Whether some of the conversations are another backend's."""
        return not all(map(self._model.is_current, links.conversations))

    async def moved(self, claim: Claim, links: ThreadLinks) -> ThreadLinks:
        """Return the thread's *links* as they are once all that can be moved is. Safe to repeat.

        Raises ModelUnavailable if a backend is away, TurnLost if another has the claim.
        """
        if links.router is None or not self.is_needed(links):
            return links
        thread = claim.turn.thread
        router = await self._moved(claim, links.router, RouterLabels(thread))
        experts = await self._experts(claim, links, router)
        moved = ThreadLinks(router, experts)
        if self._model.is_current(router):
            await relabel(self._model, router, RouterLabels(thread, experts), self._backoff)
        await self._threads.save_links(thread, moved, claim=claim)
        await self._threads.forget_copies(thread)
        log.info("links.moved", extra={"ts": thread.thread_ts, "experts": len(experts)})
        return moved

    async def _experts(
        self, claim: Claim, links: ThreadLinks, router: ConversationId
    ) -> dict[ConsultationPath, ConversationId]:
        thread = claim.turn.thread
        async with asyncio.TaskGroup() as tasks:
            moving = {
                name: tasks.create_task(
                    self._moved(claim, former, ExpertLabels(thread, name, router))
                )
                for name, former in links.experts.items()
            }
        return {name: task.result() for name, task in moving.items()}

    async def _moved(self, claim: Claim, former: ConversationId, labels: Labels) -> ConversationId:
        if self._model.is_current(former):
            return former
        copy = await self._whole_copy(claim, former)
        try:
            items = await retry(lambda: self._read(former), self._backoff, on=ModelUnavailable)
        except (ConversationGone, ModelRefused) as error:
            log.warning("conversation.not_moved", extra={"id": former, "reason": str(error)})
            return copy.id if copy else former
        if copy and copy.items == len(items):  # else the original has grown since
            return copy.id
        return await self._copied(claim, former, labels, items)

    async def _whole_copy(self, claim: Claim, former: ConversationId) -> Copy | None:
        copy = (await self._threads.copies(claim.turn.thread)).get(former)
        if copy is None or copy.items is None or await self._model.labels(copy.id) is None:
            return None
        return copy

    async def _copied(
        self, claim: Claim, former: ConversationId, labels: Labels, stored: Sequence[StoredItem]
    ) -> ConversationId:
        """Write *stored* anew: item by item, or as one message where the server refuses that."""
        for items in (as_items(stored), as_one_message(stored)):
            try:
                copy = await self._written(claim, former, labels, items)
            except (ConversationGone, ModelRefused) as error:
                log.warning("conversation.not_copied", extra={"id": former, "reason": str(error)})
            else:
                await self._threads.note_copy(claim, former, Copy(copy, len(stored)))
                return copy
        await self._discard(claim, former)
        return former

    async def _read(self, former: ConversationId) -> list[StoredItem]:
        return [item async for item in self._model.items(former)][::-1]

    async def _written(
        self, claim: Claim, former: ConversationId, labels: Labels, items: Sequence[Item]
    ) -> ConversationId:
        async def write() -> ConversationId:
            await self._discard(claim, former)
            opened = await self._model.open(labels)
            await self._threads.note_copy(claim, former, Copy(opened))
            await self._model.append(opened, items)
            return opened

        return await retry(write, self._backoff, on=ModelUnavailable)

    async def _discard(self, claim: Claim, former: ConversationId) -> None:
        """Delete an unfinished copy; one that cannot be deleted does no harm."""
        if copy := (await self._threads.copies(claim.turn.thread)).get(former):
            try:
                await self._model.delete(copy.id)
            except ModelRefused as error:
                log.warning("copy.not_deleted", extra={"id": copy.id, "reason": str(error)})


def as_items(stored: Iterable[StoredItem]) -> list[Item]:
    """Return those of *stored* that can be written into a conversation as they are."""
    items: list[Item] = []
    for item in pairing.without_strays([*stored]):
        match item:
            case ToolUsed() | ApprovalWanted() | ApprovalGiven():
                continue
            case UserSaid(text="") | ModelSaid(text=""):
                continue
            case _:
                items.append(item)
    return items


def as_one_message(stored: Sequence[StoredItem]) -> list[Item]:
    """Return *stored* as one message, for a server that takes nothing else: the newest of it."""
    kept, room = list[str](), _LONGEST_SUMMARY
    for item in reversed(stored):
        if not isinstance(item, UserSaid | ModelSaid) or item.text:
            line = in_words(item)
            room -= len(line)
            if room < 0 and kept:
                break
            kept.append(line)
    return [UserSaid(_SUMMARY.format("\n".join(kept[::-1])))] if kept else []
