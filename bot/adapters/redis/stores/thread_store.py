"""What is stored about threads: fast, small, and expired some months after the last turn."""

from collections.abc import Iterable, Mapping

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, ThreadScripts
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.conversation_owners import ConversationOwners
from bot.panel.errors import TurnLost
from bot.panel.links import Copy, Owner, ThreadLinks
from bot.panel.model import Claim, ConversationId, MessageTs, ThreadRef, Turn
from bot.panel.threads.thread_store import Standing, ThreadStore

_UNREAD = ("heard", "heard-last")
_ROUTER = "@router"  # a field beside those of the experts, whose names begin with a letter: so
# may be others, of a newer version
_CHECKED = "@checked"  # which takeover of the server they have been compared since
_LOST = 0

_NOTE_COPY = Script("note_copy")
_SAVE_LINKS = Script("save_links")
_MARK_UNREAD, _MARK_READ = Script("mark_unread"), Script("mark_read")
_MARK_EDITS_READ = Script("mark_edits_read")
_MAKE_OURS = Script("make_ours")


class RedisThreadStore(ThreadStore):
    """Threads in Redis. Whatever a turn uses is kept for another ninety days."""

    def __init__(self, redis: Connection, shards: Shards) -> None:
        self._redis = redis
        self._shards = shards
        self._scripts = ThreadScripts(redis, shards)
        self._owners = ConversationOwners(redis)

    async def standing(self, thread: ThreadRef) -> Standing:
        standing = await self._redis.get(self._shards.key("standing", thread))
        return codec.member(Standing, standing) if standing else Standing.UNKNOWN

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        foreign = standing is Standing.FOREIGN
        lifetime = keys.FOREIGN_FOR if foreign else keys.THREAD_FOR
        key = self._shards.key("standing", thread)
        await self._redis.set(key, standing.value, ex=lifetime, nx=foreign)

    async def make_ours(self, thread: ThreadRef) -> None:
        await _MAKE_OURS(self._redis, self._shards.key("standing", thread), keys.THREAD_FOR)

    async def disown(self, thread: ThreadRef) -> None:
        links, standing = await self.links(thread), await self.standing(thread)
        if links.router is None and standing is Standing.OURS:
            await self._redis.delete(self._shards.key("standing", thread))

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(self._shards.key("links", thread))
            pipe.ttl(self._shards.key("links", thread))
            fields, lifetime = await pipe.execute()
        router = fields.get(_ROUTER)
        links = ThreadLinks(router, {path: id_ for path, id_ in fields.items() if path[0] != "@"})
        if 0 <= lifetime < keys.THREAD_FOR - keys.DAY:
            await self._extend_lifetime(thread, links)
        return links

    async def may_have_old_links(self, thread: ThreadRef) -> bool:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hmget(self._shards.key("links", thread), _ROUTER, _CHECKED)
            pipe.hget(f"{self._shards.prefix(thread)}clock", "taken_over")
            (router, checked), taken_over = await pipe.execute()
        is_older = float(thread.thread_ts) * 1000 < int(taken_over or 0)
        return bool(router) and is_older and int(checked or 0) < int(taken_over)

    async def save_links(
        self, thread: ThreadRef, links: ThreadLinks, *, claim: Claim | None = None
    ) -> None:
        fields = {str(expert): str(conversation) for expert, conversation in links.experts.items()}
        if links.router is not None:
            fields[_ROUTER] = links.router
        flat = [text for field in fields.items() for text in field]
        args = (claim.token if claim else "", keys.THREAD_FOR)
        new = await self._scripts.run(_SAVE_LINKS, thread, *args, *flat)
        if claim and new == _LOST:  # another worker's links must not be overwritten
            raise TurnLost(claim.turn.id)
        conversations = [pair for pair in _conversations(links) if (pair[1] or _ROUTER) in new]
        await self._owners.note(thread, conversations)

    async def copies(self, thread: ThreadRef) -> Mapping[ConversationId, Copy]:
        copies = await self._redis.hgetall(self._shards.key("moved", thread))
        return {former: _copy(text) for former, text in copies.items()}

    async def note_copy(self, claim: Claim, former: ConversationId, copy: Copy) -> None:
        text = copy.id if copy.items is None else f"{copy.id} {copy.items}"
        await self._scripts.fenced(_NOTE_COPY, claim, former, text, keys.THREAD_FOR)
        await self._owners.note(claim.turn.thread, [(copy.id, "")])

    async def forget_copies(self, thread: ThreadRef) -> None:
        await self._redis.delete(self._shards.key("moved", thread))

    async def owner(self, conversation: ConversationId) -> Owner | None:
        return await self._owners.find(conversation)

    async def unread_since(self, thread: ThreadRef) -> MessageTs | None:
        ts = await self._redis.get(self._shards.key("heard", thread))
        return MessageTs(ts) if ts else None

    async def mark_unread(self, thread: ThreadRef, ts: MessageTs) -> None:
        await self._scripts.run(_MARK_UNREAD, thread, ts, keys.THREAD_FOR)

    async def edits(self, thread: ThreadRef) -> Mapping[MessageTs, MessageTs]:
        edits: Mapping[MessageTs, MessageTs] = await self._redis.hgetall(
            self._shards.key("edited", thread)
        )
        return edits

    async def mark_edited(self, thread: ThreadRef, ts: MessageTs, at: MessageTs) -> None:
        key = self._shards.key("edited", thread)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hset(key, ts, at)
            pipe.expire(key, keys.THREAD_FOR)
            await pipe.execute()

    async def mark_edits_read(
        self, thread: ThreadRef, edits: Mapping[MessageTs, MessageTs]
    ) -> None:
        if not edits:
            return
        flat = [ts for edit in edits.items() for ts in edit]
        await _MARK_EDITS_READ(self._redis, self._shards.key("edited", thread), *flat)

    async def is_first_to_post(self, notice: str, turn: Turn) -> bool:
        key = keys.key("told", turn.thread.team_id, turn.thread.channel_id, notice)
        is_first = await self._redis.set(key, turn.id, nx=True, ex=keys.TOLD_FOR)
        return bool(is_first or await self._redis.get(key) == turn.id)

    async def mark_read(self, thread: ThreadRef, since: MessageTs, until: MessageTs) -> None:
        await self._scripts.run(_MARK_READ, thread, since, until, keys.THREAD_FOR)

    async def forget(self, thread: ThreadRef, conversations: Iterable[ConversationId] = ()) -> None:
        linked = _conversations(await self.links(thread))
        owners = {*conversations, *(conversation for conversation, _ in linked)}
        kinds = ("links", *_UNREAD, "edited", "standing", "moved", "approvals")
        names = [self._shards.key(kind, thread) for kind in kinds]
        await self._owners.forget(owners)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zrem(self._shards.recent(thread), keys.thread_name(thread))
            for name in names:
                pipe.delete(name)
            await pipe.execute()

    async def _extend_lifetime(self, thread: ThreadRef, links: ThreadLinks) -> None:
        names = [self._shards.key(kind, thread) for kind in ("links", *_UNREAD)]
        await self._owners.note(thread, _conversations(links))
        if await self.standing(thread) is not Standing.FOREIGN:
            names.append(self._shards.key("standing", thread))
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.expire(name, keys.THREAD_FOR)
            await pipe.execute()


def _conversations(links: ThreadLinks) -> list[tuple[ConversationId, str]]:
    conversations = [(conversation, str(expert)) for expert, conversation in links.experts.items()]
    return conversations + ([(links.router, "")] if links.router else [])


def _copy(text: str) -> Copy:
    conversation, _, items = text.partition(" ")  # only once the copy is complete
    return Copy(ConversationId(conversation), int(items) if items else None)
