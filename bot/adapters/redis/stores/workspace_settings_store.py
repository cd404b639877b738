"""What workspaces have set for themselves, a hash for each, all in one slot.

Every value is encrypted where there are keys, bound to its workspace and setting.
"""

from collections.abc import Mapping

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.installations.workspace_settings import WorkspaceSettingsStore

_CHANGE = Script("settings_change")


class RedisWorkspaceSettingsStore(WorkspaceSettingsStore):
    """Numbers all changes, and keeps with each workspace the number of its last one."""

    def __init__(self, redis: Connection, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        texts = await self._redis.hgetall(f"{keys.SETTINGS}of:{team_id}")
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
            await _CHANGE(self._redis, keys.SETTINGS, team_id, *args)

    async def forget(self, team_id: str) -> None:
        await _CHANGE(self._redis, keys.SETTINGS, team_id)

    async def changed_since(self, version: int) -> tuple[int, frozenset[str] | None]:
        now = int(await self._redis.get(f"{keys.SETTINGS}version") or 0)
        if now == version:
            return now, frozenset()
        if now < version:
            return now, None
        first = f"({version}"
        teams = await self._redis.zrangebyscore(f"{keys.SETTINGS}changed", first, "+inf")
        return now, frozenset(teams)


def setting_in(team_id: str, name: str) -> str:
    """Return what a setting is bound to, when it is encrypted."""
    return f"setting|{team_id}|{name}"
