"""Installations in Redis: all of an app in one slot, so that each change is one atomic step.

One takes about a kilobyte, and a workspace is looked up once while its parts are in use: a single
server of a Cluster holds them all with ease. Tokens are fields of their own, encrypted, and bound
to the app, the installation and the field.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.adapters.redis.encryption import Cipher
from bot.panel.errors import StoreUnavailable
from bot.panel.installations.installation import (
    REFRESH_LEASE,
    Installation,
    InstallationStore,
    NoEncryptionKey,
)
from bot.panel.retries import Backoff, Retries

TOKENS = ("token", "refresh_token")
_SAVE, _REPLACE = Script("installation_save"), Script("installation_tokens")
_REMOVE, _TEAMS = Script("installation_remove"), Script("installation_teams")
_UNLOCK = Script("unlock")
_AT_ONCE = 1_000  # workspaces that one script notes


class RedisInstallationStore(InstallationStore):
    """All installations of *app*: its id, or whatever else only this app is known by.

    A record is read also if a newer version has added fields to it. New tokens leave these as they
    are; a new installation replaces what the last one said.
    """

    def __init__(self, redis: Connection, app: str, cipher: Cipher) -> None:
        self._redis = redis
        self._app = app
        self._prefix = keys.slot("installations", app)
        self._cipher = cipher

    async def save(self, installation: Installation) -> Installation:
        bot, about = installation.bot_user_id, codec.dump(_plain(installation))
        fields = (bot, "about", about, *self._tokens(installation))
        encrypts = int(bool(self._cipher.current))
        generation = await _SAVE(self._redis, self._prefix, installation.key, encrypts, *fields)
        if not generation:
            raise NoEncryptionKey
        return replace(installation, generation=generation, renewals=0, needs_reinstall=False)

    async def find(self, key: str) -> Installation | None:
        return self._installation(key, await self._redis.hgetall(self._at(key)))

    async def for_team(self, team_id: str) -> Installation | None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(self._at(team_id))
            pipe.hget(f"{self._prefix}organisations", team_id)
            own, organisation = await pipe.execute()
        if own or not organisation:
            return self._installation(team_id, own)
        return await self.find(organisation)

    async def note_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        await self._note(enterprise_id, team_ids, "+", at)

    async def drop_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        await self._note(enterprise_id, team_ids, "-", at)

    async def teams(self, key: str) -> frozenset[str]:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(f"{self._prefix}teams:{key}")
            pipe.hget(self._at(key), "about")
            words, about = await pipe.execute()
        is_workspace = about and not codec.load(Installation, about).is_org_wide
        may_act = (team for team, word in words.items() if word[0] == "+")
        return frozenset({key} if is_workspace else may_act)

    async def of_bots(self, users: Collection[str]) -> Mapping[str, frozenset[str]]:
        if not users:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            for user in users:
                pipe.smembers(f"{self._prefix}bot:{user}")
            found: list[set[str]] = await pipe.execute()
        return {user: frozenset(k) for user, k in zip(users, found, strict=True) if k}

    async def replace_tokens(self, installation: Installation) -> bool:
        fields = self._tokens(installation)
        return await self._change(installation, 1, *fields)

    async def need_reinstall(self, installation: Installation) -> bool:
        return await self._change(installation, 0, "needs_reinstall", "1")

    async def expiring(self, before: float) -> list[str]:
        found: list[str] = await self._redis.zrangebyscore(
            f"{self._prefix}expiring", "-inf", f"({before}"
        )
        return found

    @asynccontextmanager
    async def refreshing(self, key: str) -> AsyncIterator[None]:
        lock, token = f"{self._prefix}refreshing:{key}", runtime.token(8)
        retries = Retries(Backoff((0.1,), total=REFRESH_LEASE, endless=True))
        while not await self._redis.set(lock, token, nx=True, px=milliseconds(REFRESH_LEASE)):
            if not await retries.wait():
                raise StoreUnavailable("installation.refreshing")
        try:
            yield
        finally:
            await _UNLOCK(self._redis, lock, token)

    async def remove(self, key: str, generation: int) -> bool:
        return bool(await _REMOVE(self._redis, self._prefix, key, generation))

    async def keys(self, after: str = "", limit: int = 1_000) -> list[str]:
        first = f"({after}" if after else "-"
        found: list[str] = await self._redis.zrangebylex(self._all, first, "+", 0, limit)
        return found

    async def count(self) -> int:
        counted: int = await self._redis.zcard(self._all)
        return counted

    @property
    def _all(self) -> str:
        return f"{self._prefix}keys"

    def _at(self, key: str) -> str:
        return f"{self._prefix}at:{key}"

    async def _change(self, installation: Installation, step: int, *fields: str) -> bool:
        named = (installation.key, installation.generation, installation.renewals, step)
        return bool(await _REPLACE(self._redis, self._prefix, *named, *fields))

    async def _note(
        self, enterprise_id: str, team_ids: frozenset[str], sign: str, at: float
    ) -> None:
        teams = sorted(team_ids)
        for start in range(0, len(teams), _AT_ONCE):
            part = teams[start : start + _AT_ONCE]
            await _TEAMS(self._redis, self._prefix, enterprise_id, sign, f"{at:.6f}", *part)

    def _tokens(self, installation: Installation) -> tuple[str, ...]:
        """Return names and values of the fields that new tokens replace."""
        fields = ["expires_at", str(installation.expires_at), "needs_reinstall", "0"]
        for field in TOKENS:
            text = getattr(installation, field)
            about = token_in(self._app, installation.key, field)
            fields += (field, self._cipher.encrypt(text, about) if text else "")
        return tuple(fields)

    def _installation(self, key: str, fields: Mapping[str, str]) -> Installation | None:
        if not fields:
            return None
        try:
            return self._read(key, fields)
        except codec.Unreadable as error:
            raise codec.Unreadable(f"the installation of {key}: {error}") from error
        except (KeyError, ValueError):
            raise codec.Unreadable(f"the installation of {key}: damaged") from None

    def _read(self, key: str, fields: Mapping[str, str]) -> Installation:
        token, refresh_token = (
            self._cipher.decrypt(fields[field], token_in(self._app, key, field)) for field in TOKENS
        )
        return replace(
            codec.load(Installation, fields["about"]),
            expires_at=float(fields["expires_at"]),
            generation=int(fields["generation"]),
            renewals=int(fields["renewals"]),
            needs_reinstall=fields["needs_reinstall"] == "1",
            token=token,
            refresh_token=refresh_token,
        )


def _plain(installation: Installation) -> Installation:
    """Return *installation* without what fields of their own have; its time is no integer."""
    return replace(
        installation,
        token="",
        refresh_token="",
        expires_at=0,
        generation=0,
        renewals=0,
        needs_reinstall=False,
        installed_at=float(installation.installed_at),
    )


def token_in(app: str, key: str, field: str) -> str:
    """Return what a token is bound to, when it is encrypted."""
    return f"installation|{app}|{key}|{field}"
