"""What workers do beside turns: forgetting what people or settings want forgotten.

A chore waits in the store until it is done. A worker leases it and renews the lease; if it dies,
another one does the chore again, so each can be done twice.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Protocol

from bot.panel.errors import PanelError, leaves
from bot.panel.kept import Kept
from bot.panel.loops import forever, meanwhile
from bot.panel.model import MessageTs, ThreadRef, UserId

log = logging.getLogger(__name__)

LEASE = 30.0  # seconds
_EVERY = 2.0  # seconds
_SOONEST, _LATEST = 5.0, 3600.0  # seconds until a chore that failed is tried again


class ChoreKind(StrEnum):
    """What is to be done."""

    FORGET = "forget"  # a thread that somebody wants forgotten
    EXPIRE = "expire"  # a thread that nobody has used for long
    WITHDRAW = "withdraw"  # a message that was deleted, from conversations
    REMOVE = "remove"  # all that is kept of the workspace
    TIDY = "tidy"  # look for what is too old, again and again
    WATCH = "watch"  # look for what people have to be told of, again and again
    ALERT = "alert"  # tell them


@dataclass(frozen=True, slots=True)
class Chore(Kept):
    """Something to do in a workspace; the same one is kept once."""

    kind: ChoreKind
    team_id: str
    channel_id: str = ""
    thread_ts: str = ""
    ts: str = ""  # of the message, or of the event, that it follows from
    by: str = ""  # who wants it; empty: nobody in particular
    about: str = ""  # which alert to tell, or what to watch

    @classmethod
    def in_thread(
        cls, kind: ChoreKind, thread: ThreadRef, *, ts: MessageTs | str = "", by: UserId | str = ""
    ) -> "Chore":
        return cls(kind, thread.team_id, thread.channel_id, thread.thread_ts, ts, by)

    @property
    def thread(self) -> ThreadRef:
        return ThreadRef(self.team_id, self.channel_id, self.thread_ts)


class ChoreStore(Protocol):
    """The chores of each workspace. Every method may raise StoreUnavailable."""

    async def put(self, chore: Chore, *, after: float = 0) -> bool:
        """Add *chore*, to be done *after* seconds; False, changing nothing, if it is there."""

    async def take(self, team_id: str, lease: float) -> tuple[Chore, int] | None:
        """Lease a chore that is due; returns it and how often it failed."""

    async def renew(self, chore: Chore, lease: float) -> None:
        """Renew the lease, unless the chore is gone."""

    async def failed(self, chore: Chore, after: float) -> None:
        """Try *chore* again *after* seconds."""

    async def again(self, chore: Chore, after: float) -> None:
        """Do *chore* again *after* seconds: it was done for now."""

    async def done(self, chore: Chore) -> bool:
        """Remove *chore*, done or not; False if it is gone."""

    async def due_teams(self, lease: float, limit: int) -> Mapping[str, str]:
        """Lease workspaces that may have chores that are due; returns each with its claim."""

    async def looked_after(self, team_id: str, claim: str) -> None:
        """End that lease: the workspace comes again when its next chore is due."""

    async def note_installed(self, team_id: str) -> bool:
        """Note that Slack lets us in; drop what is to be removed; return whether anything was."""

    async def installed_at(self, team_id: str) -> float:
        """Return when that was noted last, seconds since 1970; 0: never."""

    async def teams(self, kind: ChoreKind) -> list[str]:
        """Return the workspaces that have a chore of that *kind*."""


# Does a chore; returns in how many seconds it is to be done again, or None.
Do = Callable[[Chore], Awaitable[float | None]]


class ChoreRunner:
    """Does the chores of one workspace, one at a time."""

    def __init__(
        self,
        store: ChoreStore,
        team_id: str,
        ways: Mapping[ChoreKind, Do],
        *,
        every: float = _EVERY,
        event: str = "chores.unknown",
    ) -> None:
        self._store = store
        self._team_id = team_id
        self._ways = ways
        self._every = every
        self._event = event

    async def run(self) -> None:
        """Do what is due every few seconds until cancelled, in any number of workers."""
        await forever(self.run_due, self._event, every=self._every)

    async def run_due(self, most: int | None = None) -> None:
        """Do all chores that are due, or so many at *most*."""
        for _ in count() if most is None else range(most):
            if not (taken := await self._store.take(self._team_id, LEASE)):
                return
            await self._run(*taken)

    async def _run(self, chore: Chore, failures: int) -> None:
        async def renew() -> None:
            await self._store.renew(chore, LEASE)

        try:
            async with meanwhile(renew, "chore.not_renewed", every=LEASE / 3):
                again = await self._ways[chore.kind](chore)
        except (PanelError, ExceptionGroup) as error:
            if not all(isinstance(one, PanelError) for one in leaves(error)):
                raise
            reasons = "; ".join(dict.fromkeys(map(str, leaves(error))))
            log.warning("chore.failed", extra={"kind": chore.kind, "reason": reasons})
            await self._store.failed(chore, min(_LATEST, _SOONEST * 2 ** min(failures, 20)))
            return
        if again is None:
            await self._store.done(chore)
        else:
            await self._store.again(chore, again)
        log.info("chore.done", extra={"kind": chore.kind})
