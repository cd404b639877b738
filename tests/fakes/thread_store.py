"""The fast memory of threads, kept in this process."""

from collections.abc import Iterable, Mapping

from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import Claim, ConversationId, MessageTs, ThreadRef, Turn, TurnId
from bot.panel.threads.thread_store import Standing, ThreadStore
from tests.fakes.turn_queue import FakeTurnQueue


class FakeThreadStore(ThreadStore):
    """Remembers until it is told to ``lose_everything``; *queue* knows whose claims are lost."""

    def __init__(self, queue: FakeTurnQueue | None = None) -> None:
        self.queue = queue
        if queue:
            queue.make_ours = self._make_ours
        self._standings: dict[ThreadRef, Standing] = {}
        self._links: dict[ThreadRef, ThreadLinks] = {}
        self._owners: dict[ConversationId, Owner] = {}
        self._told: dict[tuple[str, str], TurnId] = {}
        self._unread: dict[ThreadRef, tuple[MessageTs, MessageTs]] = {}  # the first and the last
        self._copies: dict[ThreadRef, dict[ConversationId, Copy]] = {}
        self._edits: dict[ThreadRef, dict[MessageTs, MessageTs]] = {}

    def lose_everything(self) -> None:
        """Forget all threads, as a flushed Redis does."""
        for memory in (
            self._standings,
            self._links,
            self._owners,
            self._unread,
            self._copies,
            self._edits,
            self._told,
        ):
            memory.clear()

    async def standing(self, thread: ThreadRef) -> Standing:
        return self._standings.get(thread, Standing.UNKNOWN)

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        if standing is Standing.FOREIGN:
            self._standings.setdefault(thread, standing)
        else:
            self._standings[thread] = standing

    async def make_ours(self, thread: ThreadRef) -> None:
        self._make_ours(thread)

    def _make_ours(self, thread: ThreadRef) -> None:
        if self._standings.get(thread) is not Standing.MUTED:
            self._standings[thread] = Standing.OURS

    async def disown(self, thread: ThreadRef) -> None:
        if not self._links.get(thread) and self._standings.get(thread) is Standing.OURS:
            del self._standings[thread]

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        return self._links.get(thread, ThreadLinks())

    async def may_have_old_links(self, thread: ThreadRef) -> bool:
        return False

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        if claim:
            self._check(claim)
        self._links[thread] = links
        if links.router is not None:
            self._owners[links.router] = Owner(thread, None)
        for expert, conversation in links.experts.items():
            self._owners[conversation] = Owner(thread, expert)

    async def copies(self, thread: ThreadRef) -> Mapping[ConversationId, Copy]:
        return dict(self._copies.get(thread, {}))

    async def note_copy(self, claim: Claim, former: ConversationId, copy: Copy) -> None:
        self._check(claim)
        self._copies.setdefault(claim.turn.thread, {})[former] = copy
        self._owners[copy.id] = Owner(claim.turn.thread, None)

    async def forget_copies(self, thread: ThreadRef) -> None:
        self._copies.pop(thread, None)

    async def owner(self, conversation: ConversationId) -> Owner | None:
        return self._owners.get(conversation)

    async def unread_since(self, thread: ThreadRef) -> MessageTs | None:
        return self._unread[thread][0] if thread in self._unread else None

    async def mark_unread(self, thread: ThreadRef, ts: MessageTs) -> None:
        first, last = self._unread.get(thread, (ts, ts))
        self._unread[thread] = (min(first, ts, key=float), max(last, ts, key=float))

    async def edits(self, thread: ThreadRef) -> Mapping[MessageTs, MessageTs]:
        return dict(self._edits.get(thread, {}))

    async def mark_edited(self, thread: ThreadRef, ts: MessageTs, at: MessageTs) -> None:
        self._edits.setdefault(thread, {})[ts] = at

    async def mark_edits_read(
        self, thread: ThreadRef, edits: Mapping[MessageTs, MessageTs]
    ) -> None:
        known = self._edits.get(thread, {})
        for ts, at in edits.items():
            if ts in known and float(known[ts]) <= float(at):
                del known[ts]

    async def is_first_to_post(self, notice: str, turn: Turn) -> bool:
        told = (turn.thread.channel_id, notice)
        return self._told.setdefault(told, turn.id) == turn.id

    async def mark_read(self, thread: ThreadRef, since: MessageTs, until: MessageTs) -> None:
        first, last = self._unread.get(thread, (until, until))
        if float(since) <= float(first) < float(until):
            if float(last) >= float(until):
                self._unread[thread] = (until, last)
            else:
                del self._unread[thread]

    async def forget(self, thread: ThreadRef, conversations: Iterable[ConversationId] = ()) -> None:
        links = self._links.get(thread, ThreadLinks())
        for conversation in {*conversations, *links.experts.values(), links.router}:
            if conversation:
                self._owners.pop(conversation, None)
        self._standings.pop(thread, None)
        self._links.pop(thread, None)
        self._copies.pop(thread, None)
        self._unread.pop(thread, None)
        self._edits.pop(thread, None)

    def _check(self, claim: Claim) -> None:
        if self.queue:
            self.queue.held(claim)
