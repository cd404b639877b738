"""The changes that people made to panels. They never expire: they are stored nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.model import Expert, ExpertName, Synthesis, UserId, WhenUnsure
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, Setting, SettingValue

# Fields beside the experts' names, which begin with a letter.
_GIVER = "@by:"
_SETTINGS = {one: f"@{one}" for one in Setting if one is not Setting.BUDGETS}  # of panel files, too
_BUDGETS = "@budgets"
_REMOVED = "-"
_SWITCH = {True: "on", False: "off"}


class RedisPanelStore(PanelStore):
    """The changes of each scope in one hash, by expert: the expert itself, or a mark of removal."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for scope in scopes:
                pipe.hgetall(keys.panel(scope))
            return [_changes(fields) for fields in await pipe.execute()]

    async def channels(self, team_id: str) -> Sequence[ChannelScope]:
        channel_ids = await self._redis.smembers(keys.key("channels", team_id))
        return [ChannelScope(team_id, channel_id) for channel_id in sorted(channel_ids)]

    async def add(self, scope: Scope, expert: Expert) -> None:
        await self._list(scope)
        await self._redis.hset(keys.panel(scope), mapping=_expert_fields(expert))

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        await self._set(scope, name, _REMOVED)

    async def set(self, scope: Scope, setting: Setting, value: SettingValue) -> None:
        await self._set(scope, f"@{setting}", _written(value))

    async def put(self, scope: Scope, changes: RosterChanges) -> None:
        fields, key = _fields(changes), keys.panel(scope)
        await self._list(scope)
        former = [field for field in await self._redis.hkeys(key) if _is_known(field)]
        async with self._redis.pipeline(transaction=True) as pipe:
            if former:
                pipe.hdel(key, *former)
            if fields:
                pipe.hset(key, mapping=fields)
            await pipe.execute()

    async def forget(self, scope: Scope) -> bool:
        forgotten = await self._redis.delete(keys.panel(scope))
        if isinstance(scope, ChannelScope):
            await self._redis.srem(keys.key("channels", scope.team_id), scope.channel_id)
        return bool(forgotten)

    async def _set(self, scope: Scope, field: str, value: str) -> None:
        await self._list(scope)
        if value:
            await self._redis.hset(keys.panel(scope), field, value)
        else:
            await self._redis.hdel(keys.panel(scope), field)

    async def _list(self, scope: Scope) -> None:
        """List a channel before its panel is changed: one listed for nothing does no harm."""
        if isinstance(scope, ChannelScope):
            await self._redis.sadd(keys.key("channels", scope.team_id), scope.channel_id)


def _is_known(field: str) -> bool:
    """Whether a field is not one that only a newer version knows."""
    return field[0] != "@" or field in _SETTINGS.values() or field.startswith(_GIVER)


def _written(value: SettingValue) -> str:
    return _SWITCH[value] if isinstance(value, bool) else value or ""


def _expert_fields(expert: Expert) -> dict[str, str]:
    """Return the expert's field, and that of who gave its tools: the last version ignores it."""
    text = codec.dump(replace(expert, equipped_by=None))
    giver = f"{expert.equipped_by} {_mark(text)}" if expert.equipped_by else ""
    return {expert.name: text, f"{_GIVER}{expert.name}": giver}


@lru_cache(maxsize=1_000)  # a turn in a panel of hundreds reads them several times
def _expert(text: str, giver: str) -> Expert:
    """Return an expert; the *giver* of what the last version has changed since is unknown."""
    who, _, mark = giver.partition(" ")
    is_current = bool(who) and mark == _mark(text)
    return replace(codec.load(Expert, text), equipped_by=UserId(who) if is_current else None)


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _fields(changes: RosterChanges) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for expert in changes.added.values():
        fields |= _expert_fields(expert)
    fields |= dict.fromkeys(changes.removed, _REMOVED)
    settings = {field: _written(getattr(changes, one)) for one, field in _SETTINGS.items()}
    return fields | {field: value for field, value in settings.items() if value}


def _changes(fields: Mapping[str, str]) -> RosterChanges:
    synthesis, streaming, unsure, rules = (fields.get(field) for field in _SETTINGS.values())
    experts = {ExpertName(name): text for name, text in fields.items() if name[0] != "@"}
    return RosterChanges(
        added={
            name: _expert(text, fields.get(f"{_GIVER}{name}", ""))
            for name, text in experts.items()
            if text != _REMOVED
        },
        removed=frozenset(name for name, text in experts.items() if text == _REMOVED),
        synthesis=codec.member(Synthesis, synthesis) if synthesis else None,
        streaming=streaming == _SWITCH[True] if streaming else None,
        unsure=codec.member(WhenUnsure, unsure) if unsure else None,
        budgets=fields.get(_BUDGETS, ""),
        rules=rules,
    )
