"""One bot for each Redis and workspace: two would take each other's questions."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.adapters.redis.processes.bot_claim import BotClaim
from bot.adapters.slack.api.identity import Identity
from bot.assembly.storage import Storage
from bot.panel.checks.findings import Finding, bad
from bot.panel.errors import GiveUp, StoreUnavailable
from bot.panel.loops import meanwhile

log = logging.getLogger(__name__)

_EVERY = 10.0  # seconds: a third of the claim
_REMEDY = (
    "Give each app a Redis of its own; another database will do (REDIS_URL=redis://…/1). "
    "If the other one was killed, wait half a minute."
)


@asynccontextmanager
async def only_bot(storage: Storage, identity: Identity) -> AsyncIterator[None]:
    """Keep the workspace claimed. Raises GiveUp, with a remedy, if another bot works there."""
    claim = BotClaim(storage.redis, identity.team_id, identity.bot_id)
    if other := await claim.renew():
        raise GiveUp(f"{_what(other, identity.bot_id)} {_REMEDY}")

    async def renew() -> None:
        if other := await claim.renew():
            log.error("redis.shared", extra={"with": other, "remedy": _REMEDY})

    try:
        async with meanwhile(renew, "bot.not_claimed", every=_EVERY):
            yield
    finally:
        with suppress(StoreUnavailable):
            await claim.release()


async def examine(storage: Storage, team_id: str, bot_id: str) -> list[Finding]:
    """Return a finding if another bot works with this Redis."""
    other = await BotClaim(storage.redis, team_id, bot_id).other()
    return [bad(_what(other, bot_id), _REMEDY)] if other else []


def _what(other: str, bot_id: str) -> str:
    return f"Another app, whose bot is {other}, works with this Redis; this one is {bot_id}."
