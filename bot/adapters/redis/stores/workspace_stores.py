"""What is stored of whole workspaces, a hash each: handles, settings, moved and shared channels.

Handles and moves never expire: the ones are stored nowhere else, of the others Slack tells once.
Which channels are shared is as the newest event of each has said.
"""

from collections.abc import Collection, Mapping, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.access.channel_facts import SharedChannelStore
from bot.panel.installations.workspace_settings import WorkspaceSettingsStore
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoveStore
from bot.panel.messaging.handles import Handle, HandleStore

_CHANGE = Script("settings_change")


class RedisHandleStore(HandleStore):
    """All handles of a workspace in one hash, by user group."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def find(self, team_id: str, groups: Collection[str]) -> Mapping[str, Handle]:
        names = list(groups)
        if not names:
            return {}
        texts = await self._redis.hmget(keys.key("handles", team_id), names)
        return {
            group: codec.load(Handle, text)
            for group, text in zip(names, texts, strict=True)
            if text is not None
        }

    async def of_team(self, team_id: str) -> Sequence[Handle]:
        texts = await self._redis.hvals(keys.key("handles", team_id))
        return [codec.load(Handle, text) for text in texts]

    async def put(self, team_id: str, handle: Handle) -> None:
        await self._redis.hset(keys.key("handles", team_id), handle.group, codec.dump(handle))

    async def drop(self, team_id: str, group: str) -> None:
        await self._redis.hdel(keys.key("handles", team_id), group)


class RedisChannelMoveStore(ChannelMoveStore):
    """All moves of a workspace in one hash: ``OLD>NEW`` and when."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def note(self, team_id: str, move: ChannelMove) -> None:
        name = f"{move.old}>{move.new}"
        await self._redis.hsetnx(keys.key("moves", team_id), name, str(move.at))

    async def of_team(self, team_id: str) -> Sequence[ChannelMove]:
        moves = await self._redis.hgetall(keys.key("moves", team_id))
        named = ((*name.partition(">"), at) for name, at in moves.items())
        return [ChannelMove(old, new, float(at)) for old, _, new, at in named]


class RedisSharedChannelStore(SharedChannelStore):
    """All channels of a workspace in one hash: ``1`` if it is shared, ``0`` if not."""

    def __init__(self, redis: Connection, team_id: str) -> None:
        self._redis = redis
        self._key = keys.key("shared", team_id)

    async def note(self, channel_id: str, *, shared: bool) -> None:
        await self._redis.hset(self._key, channel_id, int(shared))

    async def is_shared(self, channel_id: str) -> bool | None:
        value = await self._redis.hget(self._key, channel_id)
        return None if value is None else value == "1"


class RedisSharedThreadStore:
    """Which workspace's panel was asked in a thread that several workspaces see."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def note(self, channel_id: str, thread_ts: str, team_id: str) -> None:
        await self._redis.set(
            keys.key("asked-in", channel_id, thread_ts), team_id, ex=keys.THREAD_FOR
        )

    async def owner(self, channel_id: str, thread_ts: str) -> str | None:
        owner: str | None = await self._redis.get(keys.key("asked-in", channel_id, thread_ts))
        return owner


class RedisWorkspaceSettingsStore(WorkspaceSettingsStore):
    """A field for each setting, encrypted where there are keys, bound to workspace and setting."""

    def __init__(self, redis: Connection, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        texts = await self._redis.hgetall(keys.key("settings", team_id))
        return {
            name: self._cipher.decrypt(text, setting_in(team_id, name))
            for name, text in texts.items()
        }

    async def change(self, team_id: str, changes: Mapping[str, str | None]) -> None:
        args: list[str] = []
        for name, text in changes.items():
            value = "" if text is None else self._cipher.encrypt(text, setting_in(team_id, name))
            args += (name, "0" if text is None else "1", value)
        if args:
            await _CHANGE(self._redis, keys.key("settings", team_id), *args)

    async def forget(self, team_id: str) -> None:
        await self._redis.delete(keys.key("settings", team_id))


def setting_in(team_id: str, name: str) -> str:
    """Return what a setting is bound to, when it is encrypted."""
    return f"setting|{team_id}|{name}"


async def with_key(redis: Connection, pattern: str) -> list[str]:
    """Return the workspaces that have a key like *pattern*, with ``*`` in place of their ids."""
    before, after = pattern.split("*")
    found = [key async for key in redis.scan_iter(pattern)]
    return sorted(key.removeprefix(before).removesuffix(after) for key in found)
