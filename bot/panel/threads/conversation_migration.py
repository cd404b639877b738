"""Taking a thread's conversations along to the backend in use, with all that was said in them.

1. Each conversation of another backend is read there and written anew here; the router's first,
   for its experts' conversations name it. The former ones stay as they are.
2. Which copy is being written is noted before the first item and after the last. A copy that a
   crash has left unfinished is deleted, a whole one is used.
3. The thread keeps its former links until all its copies are whole; then they change at once.
4. What cannot be read there any more, or not be written here, keeps its former link: the next
   prompt finds it gone, and the panel begins anew with what Slack remembers.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import partial

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
    in_words,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Copy, ExpertLabels, Labels, RouterLabels, ThreadLinks
from bot.panel.model import Claim, ConsultationPath, ConversationId
from bot.panel.retries import retry
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.timeouts import Timeouts
from bot.panel.tools import ApprovalWanted

log = logging.getLogger(__name__)

_LONGEST_RETELLING = 60_000  # characters, the newest
_RETOLD = "What was said in this conversation so far, retold:\n{}"


class ConversationMigration:
    """Moves the conversations of threads, each under the claim of whoever has the thread."""

    def __init__(self, threads: ThreadStore, model: LanguageModel, timeouts: Timeouts) -> None:
        self._threads = threads
        self._model = model
        self._backoff = timeouts.backoff

    def is_needed(self, links: ThreadLinks) -> bool:
        """Whether some of the conversations are another backend's."""
        known = [*links.experts.values(), *filter(None, [links.router])]
        return not all(map(self._model.is_current, known))

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
            await self._record(router, RouterLabels(thread, experts))
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
        """Return the copy of *former*; *former* itself if it need not or cannot be copied."""
        if self._model.is_current(former):
            return former
        copy = await self._whole_copy(claim, former)
        try:
            said = await retry(lambda: self._read(former), self._backoff, on=ModelUnavailable)
        except (ConversationGone, ModelRefused) as error:
            log.warning("conversation.not_moved", extra={"id": former, "reason": str(error)})
            return copy.id if copy else former
        if copy and copy.items == len(said):  # else it went on there meanwhile
            return copy.id
        return await self._copied(claim, former, labels, said)

    async def _whole_copy(self, claim: Claim, former: ConversationId) -> Copy | None:
        copy = (await self._threads.copies(claim.turn.thread)).get(former)
        if copy is None or copy.items is None or await self._model.labels(copy.id) is None:
            return None
        return copy

    async def _copied(
        self, claim: Claim, former: ConversationId, labels: Labels, said: Sequence[StoredItem]
    ) -> ConversationId:
        """Write *said* anew: item by item, or where the server does not take that, retold."""
        for items in (as_items(said), retold(said)):
            try:
                copy = await self._written(claim, former, labels, items)
            except (ConversationGone, ModelRefused) as error:
                log.warning("conversation.not_copied", extra={"id": former, "reason": str(error)})
            else:
                await self._threads.note_copy(claim, former, Copy(copy, len(said)))
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

    async def _record(self, router: ConversationId, labels: RouterLabels) -> None:
        """Write into the router's labels which experts it has; it is written again by turns."""
        try:
            relabel = partial(self._model.relabel, router, labels)
            await retry(relabel, self._backoff, on=ModelUnavailable)
        except (ConversationGone, ModelRefused) as error:
            log.warning("links.not_recorded", extra={"reason": str(error)})

    async def _discard(self, claim: Claim, former: ConversationId) -> None:
        """Delete a copy that was not written to its end; one that has to stay does no harm."""
        if copy := (await self._threads.copies(claim.turn.thread)).get(former):
            try:
                await self._model.delete(copy.id)
            except ModelRefused as error:
                log.warning("copy.not_deleted", extra={"id": copy.id, "reason": str(error)})


def as_items(said: Iterable[StoredItem]) -> list[Item]:
    """Return what of *said* can be written into a conversation as it is."""
    calls: set[str] = set()
    items: list[Item] = []
    for item in said:
        match item:
            case ToolUsed() | ApprovalWanted() | ApprovalGiven():
                continue
            case UserSaid(text="") | ModelSaid(text=""):
                continue
            case ToolAnswered(call_id=call_id) if call_id not in calls:
                continue
            case ToolCalled(call_id=call_id):
                calls.add(call_id)
        items.append(item)
    return items


def retold(said: Iterable[StoredItem]) -> list[Item]:
    """Return *said* as one message, for a server that takes nothing else."""
    told = (item for item in said if not isinstance(item, UserSaid | ModelSaid) or item.text)
    lines = "\n".join(map(in_words, told))
    return [UserSaid(_RETOLD.format(lines[-_LONGEST_RETELLING:]))] if lines else []
