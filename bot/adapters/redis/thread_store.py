"""What is remembered about threads, in Redis: one hash a thread, and the ways back to it."""

from collections.abc import Mapping

from bot.adapters.redis import keys
from bot.adapters.redis.keys import Shards
from bot.adapters.redis.scripting import Connection, translated
from bot.panel.links import Owner, ThreadLinks
from bot.panel.model import ConversationId, ExpertName, MessageTs, ThreadRef
from bot.panel.ports import Standing, ThreadStore

_STANDING, _ROUTER, _HEARD, _EXPERT = "standing", "router", "heard", "expert:"


class RedisThreadStore(ThreadStore):
    """Forgets a thread that nobody has used for three months: Slack and OpenAI remember."""

    def __init__(self, redis: Connection, shards: Shards) -> None:
        self._redis = redis
        self._shards = shards

    async def standing(self, thread: ThreadRef) -> Standing:
        async with translated():
            return Standing(await self._redis.hget(self._key(thread), _STANDING) or "unknown")

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        lives = keys.FOREIGN_FOR if standing is Standing.FOREIGN else keys.THREAD_FOR
        await self._write(thread, {_STANDING: standing.value}, lives)

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        async with translated():
            stored: Mapping[str, str] = await self._redis.hgetall(self._key(thread))
        experts = {
            ExpertName(field.removeprefix(_EXPERT)): ConversationId(value)
            for field, value in stored.items()
            if field.startswith(_EXPERT)
        }
        router = stored.get(_ROUTER)
        return ThreadLinks(ConversationId(router) if router else None, experts)

    async def save_links(self, thread: ThreadRef, links: ThreadLinks) -> None:
        fields = {f"{_EXPERT}{name}": str(id_) for name, id_ in links.experts.items()}
        owners: dict[ConversationId, str] = {id_: name for name, id_ in links.experts.items()}
        if links.router:
            fields[_ROUTER] = links.router
            owners[links.router] = ""
        if fields:
            await self._write(thread, fields, keys.THREAD_FOR)
        async with translated(), self._redis.pipeline(transaction=False) as pipe:
            for conversation, expert in owners.items():
                value = f"{keys.thread_id(thread)}/{expert}"
                pipe.set(keys.conversation(conversation), value, ex=keys.THREAD_FOR)
            await pipe.execute()

    async def owner(self, conversation: ConversationId) -> Owner | None:
        async with translated():
            stored = await self._redis.get(keys.conversation(conversation))
        if stored is None:
            return None
        thread, _, expert = stored.rpartition("/")
        return Owner(keys.thread_ref(thread), ExpertName(expert) if expert else None)

    async def heard_until(self, thread: ThreadRef) -> MessageTs | None:
        async with translated():
            stored = await self._redis.hget(self._key(thread), _HEARD)
        return MessageTs(stored) if stored else None

    async def overheard(self, thread: ThreadRef, ts: MessageTs) -> None:
        async with translated():  # messages arrive nearly in order: the first to come counts
            await self._redis.hsetnx(self._key(thread), _HEARD, ts)

    async def caught_up(self, thread: ThreadRef) -> None:
        async with translated():
            await self._redis.hdel(self._key(thread), _HEARD)

    def _key(self, thread: ThreadRef) -> str:
        return self._shards.of(thread).thread(thread)

    async def _write(self, thread: ThreadRef, fields: Mapping[str, str], lives: int) -> None:
        async with translated(), self._redis.pipeline(transaction=False) as pipe:
            pipe.hset(self._key(thread), mapping=fields)
            pipe.expire(self._key(thread), lives)
            await pipe.execute()
