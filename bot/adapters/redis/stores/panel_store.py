"""The changes that people made to panels. They never expire: they are stored nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.model import Expert, ExpertName, Synthesis, UserId, WhenUnsure
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import ChannelScope, RosterChanges, Scope, WorkspaceScope

# Fields beside the experts' names, which begin with a letter.
_SYNTHESIS, _STREAMING, _RULES = "@synthesis", "@streaming", "@rules"
_UNSURE, _BUDGETS, _GIVER = "@unsure", "@budgets", "@by:"
_SETTINGS = (_SYNTHESIS, _STREAMING, _RULES, _UNSURE)  # that a panel file has, too
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
        channel_ids = await self._redis.smembers(keys.of_team("channels", team_id))
        return [ChannelScope(team_id, channel_id) for channel_id in sorted(channel_ids)]

    async def add(self, scope: Scope, expert: Expert) -> None:
        await self._list(scope)
        await self._redis.hset(keys.panel(scope), mapping=_expert_fields(expert))

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        await self._set(scope, name, _REMOVED)

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        await self._set(scope, _SYNTHESIS, synthesis and synthesis.value)

    async def set_streaming(self, scope: Scope, streaming: bool | None) -> None:
        await self._set(scope, _STREAMING, None if streaming is None else _SWITCH[streaming])

    async def set_unsure(self, scope: Scope, unsure: WhenUnsure | None) -> None:
        await self._set(scope, _UNSURE, unsure and unsure.value)

    async def set_budgets(self, scope: WorkspaceScope, budgets: str) -> None:
        await self._set(scope, _BUDGETS, budgets or None)

    async def set_rules(self, scope: Scope, rules: str | None) -> None:
        await self._set(scope, _RULES, rules)

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
            await self._redis.srem(keys.of_team("channels", scope.team_id), scope.channel_id)
        return bool(forgotten)

    async def _set(self, scope: Scope, field: str, value: str | None) -> None:
        await self._list(scope)
        if value is None:
            await self._redis.hdel(keys.panel(scope), field)
        else:
            await self._redis.hset(keys.panel(scope), field, value)

    async def _list(self, scope: Scope) -> None:
        """List a channel before its panel is changed: one listed for nothing does no harm."""
        if isinstance(scope, ChannelScope):
            await self._redis.sadd(keys.of_team("channels", scope.team_id), scope.channel_id)


def _is_known(field: str) -> bool:
    """Whether a field is not one that only a newer version knows."""
    return field[0] != "@" or field in _SETTINGS or field.startswith(_GIVER)


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
    if changes.synthesis:
        fields[_SYNTHESIS] = changes.synthesis.value
    if changes.streaming is not None:
        fields[_STREAMING] = _SWITCH[changes.streaming]
    if changes.unsure:
        fields[_UNSURE] = changes.unsure.value
    if changes.rules:
        fields[_RULES] = changes.rules
    return fields


def _changes(fields: Mapping[str, str]) -> RosterChanges:
    synthesis, streaming = fields.get(_SYNTHESIS), fields.get(_STREAMING)
    unsure = fields.get(_UNSURE)
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
        rules=fields.get(_RULES),
    )
