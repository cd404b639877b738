"""An InstallationStore in memory."""

from asyncio import Lock
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from bot.panel.installations.installation import Installation, InstallationStore, NoEncryptionKey


class FakeInstallationStore(InstallationStore):
    """Keeps installations by key; *encrypts* says whether it was given a key for their tokens."""

    def __init__(self, *, encrypts: bool = True) -> None:
        self._encrypts = encrypts
        self._installations: dict[str, Installation] = {}
        self._organisations: dict[str, str] = {}
        self._generations = count(1)
        self._refreshing: dict[str, Lock] = {}
        self._times: dict[tuple[str, str], float] = {}  # of what Slack said last

    async def save(self, installation: Installation) -> Installation:
        if not self._encrypts and self._installations.keys() - {installation.key}:
            raise NoEncryptionKey
        saved = replace(
            installation, generation=next(self._generations), renewals=0, needs_reinstall=False
        )
        self._installations[saved.key] = saved
        return saved

    async def find(self, key: str) -> Installation | None:
        return self._installations.get(key)

    async def for_team(self, team_id: str) -> Installation | None:
        own = self._installations.get(team_id)
        return own or self._installations.get(self._organisations.get(team_id, ""))

    async def note_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        for team_id in self._said(enterprise_id, team_ids, at):
            self._organisations[team_id] = enterprise_id

    async def drop_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        for team_id in self._said(enterprise_id, team_ids, at) & self._noted(enterprise_id):
            del self._organisations[team_id]

    async def teams(self, key: str) -> frozenset[str]:
        found = self._installations.get(key)
        if found and not found.is_org_wide:
            return frozenset({key})
        return self._noted(key)

    async def of_bots(self, users: Collection[str]) -> Mapping[str, frozenset[str]]:
        bots = [(one.bot_user_id, key) for key, one in self._installations.items()]
        found = {user: frozenset(key for bot, key in bots if bot == user) for user in users}
        return {user: keys for user, keys in found.items() if keys}

    async def replace_tokens(self, installation: Installation) -> bool:
        return self._change(
            installation,
            token=installation.token,
            refresh_token=installation.refresh_token,
            expires_at=installation.expires_at,
            renewals=installation.renewals + 1,
            needs_reinstall=False,
        )

    async def need_reinstall(self, installation: Installation) -> bool:
        return self._change(installation, needs_reinstall=True)

    async def expiring(self, before: float) -> list[str]:
        rotating = (one for one in self._installations.values() if one.expires_at)
        due = [one for one in rotating if one.expires_at < before and not one.needs_reinstall]
        return [one.key for one in sorted(due, key=lambda one: one.expires_at)]

    @asynccontextmanager
    async def refreshing(self, key: str) -> AsyncIterator[None]:
        async with self._refreshing.setdefault(key, Lock()):
            yield

    async def remove(self, key: str, generation: int) -> bool:
        stored = self._installations.get(key)
        if stored is None or stored.generation != generation:
            return False
        for team_id in self._noted(key):
            del self._organisations[team_id]
        self._times = {where: at for where, at in self._times.items() if where[0] != key}
        del self._installations[key]
        return True

    async def keys(self, after: str = "", limit: int = 1_000) -> list[str]:
        return [key for key in sorted(self._installations) if key > after][:limit]

    async def count(self) -> int:
        return len(self._installations)

    def _change(self, installation: Installation, **fields: Any) -> bool:
        stored = self._installations.get(installation.key)
        known = (installation.generation, installation.renewals)
        if stored is None or (stored.generation, stored.renewals) != known:
            return False
        self._installations[stored.key] = replace(stored, **fields)
        return True

    def _said(self, enterprise_id: str, team_ids: frozenset[str], at: float) -> frozenset[str]:
        """Return of which workspaces Slack has said nothing later."""
        last = self._times
        new = frozenset(one for one in team_ids if last.get((enterprise_id, one), 0) <= at)
        self._times |= {(enterprise_id, one): at for one in new}
        return new

    def _noted(self, enterprise_id: str) -> frozenset[str]:
        noted = self._organisations.items()
        return frozenset(team for team, organisation in noted if organisation == enterprise_id)
