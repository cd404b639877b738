"""What workspaces have set for themselves, a hash for each.

Every value is encrypted where there are keys, bound to its workspace and setting.
"""

from collections.abc import Mapping

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.installations.workspace_settings import WorkspaceSettingsStore

_CHANGE = Script("settings_change")


class RedisWorkspaceSettingsStore(WorkspaceSettingsStore):
    """One field for each setting."""

    def __init__(self, redis: Connection, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher

    async def of_team(self, team_id: str) -> Mapping[str, str]:
        texts = await self._redis.hgetall(keys.of_team("settings", team_id))
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
            await _CHANGE(self._redis, keys.of_team("settings", team_id), *args)

    async def forget(self, team_id: str) -> None:
        await self._redis.delete(keys.of_team("settings", team_id))


def setting_in(team_id: str, name: str) -> str:
    """Return what a setting is bound to, when it is encrypted."""
    return f"setting|{team_id}|{name}"
