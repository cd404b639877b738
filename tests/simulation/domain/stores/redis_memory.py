"""What the bot remembers in Redis: the real stores and scripts on a real server."""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from multiprocessing.util import Finalize
from random import Random

from bot.adapters.redis import keys
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.rate_limiter import RedisQuestionCounter
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.audit.audit_log import Auditor
from bot.panel.model import ThreadRef
from bot.panel.turn.services import Stores
from tests.simulation.domain.stores.memory import LEASE, Reached, share_of_queue
from tests.simulation.domain.stores.redis_client import RedisHost, SimulatedRedis
from tests.simulation.loop import SimulatedLoop
from tests.simulation.net import Net
from tests.simulation.process import Process
from tests.simulation.redis_server import RedisServer, Snapshot, redis_server

_APP = "A1"  # whose workspaces all are
_SECRETS = ("a-secret-of-at-least-16",)
_PLACES = ("ready", "line", "aside", "active", "leases", "delayed")
_OF_TURNS = ("inbox", "turn", "journal", "stops", *_PLACES)
_IN_A_TURN = ("inbox", "turn", "journal", "outbox", "seen")
_EVICTABLE = ("links", "owners", "standing", "reports", "usage", "recent", "told")
_OF_THREADS = ("links", "moved", "heard", "heard-last", "edited", "standing")
_UNFINISHED = (*_OF_TURNS, "outage", "dead", "outbox", "undecided")


def shared_server() -> RedisServer:
    """Return this process's server, which ends with it."""
    return _server_of(os.getpid())


@cache
def _server_of(_process: int) -> RedisServer:
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=0)
    return stack.enter_context(redis_server())


class RedisMemory:
    """The stores of one world, in *shards* parts; workspaces may *share* the queue by turns."""

    def __init__(
        self,
        loop: SimulatedLoop,
        net: Net,
        server: RedisServer,
        shards: int,
        *,
        shared: bool = False,
    ) -> None:
        self._share = share_of_queue(shared=shared)
        server.begin(loop.wall_time)
        self._server = server
        self._host = RedisHost(loop, net, server)
        self._shards = Shards(shards)
        self._own = SimulatedRedis(self._host, net)
        self.panels = RedisPanelStore(self._own)
        self.budgets = RedisBudgetStore(self._own)
        self._queue = RedisTurnQueue(self._own, self._shards, **self._share)
        self._outbox = RedisOutbox(self._own, self._shards)

    def reached_by(self, process: Process, net: Net) -> Reached:
        """Return them as *process* reaches them."""
        redis, shards = SimulatedRedis(self._host, net, process), self._shards
        outbox = RedisOutbox(redis, shards, lease=LEASE)
        stores = Stores(
            RedisJournal(redis, shards),
            RedisThreadStore(redis, shards),
            RedisApprovalStore(redis, shards),
            RedisReportStore(redis, shards),
            outbox,
            Auditor(RedisAuditLog(redis, _SECRETS)),
        )
        queue = RedisTurnQueue(redis, shards, lease=LEASE, **self._share)
        counter = RedisQuestionCounter(redis, "T1")
        budgets = RedisBudgetStore(redis)
        record = RedisListeningRecord(redis, shards, _APP)
        return Reached(queue, outbox, stores, RedisPanelStore(redis), counter, budgets, record)

    async def is_idle(self) -> bool:
        """Whether nothing is to be found, answered, decided or shown any more."""
        depth = await self._queue.depth()
        missed = any(self._own.do("HMGET", keys.key("listening", _APP), "since", "doubt"))
        turns = depth.waiting + depth.running + depth.delayed
        undecided = any(_kind(name) == "approvals" for name in self._names())
        return not (missed or turns or undecided or await self._outbox.waiting())

    def restart(self) -> None:
        """Let the server be another process with the same data."""
        self._server.restart()
        self._host.drop_waiters()

    def forget_scripts(self) -> None:
        """Let the server know no script any more."""
        self._server.forget_scripts()

    def snapshot(self) -> Snapshot:
        """Return all data, as a replica may have it."""
        return self._server.snapshot()

    def restore(self, snapshot: Snapshot) -> tuple[set[ThreadRef], set[ThreadRef]]:
        """Let a replica take over that has *snapshot*; an empty one: nothing.

        Returns the threads of whose turns it does not know all, and those for which it has lost
        what they are to show in the end.
        """
        before = self._server.snapshot()
        self._server.restore(snapshot)
        self._host.drop_waiters()
        lost, anew = dict(before.items() - snapshot.items()), snapshot.keys() - before.keys()
        return _threads([*lost, *anew], _IN_A_TURN), _threads(lost, ("outbox",))

    def evict(self, random: Random, share: float) -> None:
        """Lose a share of what can be rebuilt, or is only looked at."""
        for name in self._names():
            if _kind(name) in _EVICTABLE and random.random() < share:
                self._own.do("DEL", name)

    def lose_threads(self) -> None:
        """Forget what is remembered of threads, but not their turns."""
        names = [name for name in self._names() if _kind(name) in (*_OF_THREADS, "owners")]
        for name in names:
            self._own.do("DEL", name)

    def left_over(self) -> Iterator[str]:
        """Yield what is left of turns."""
        yield from (f"Redis holds {name}" for name in self._names() if _kind(name) in _UNFINISHED)

    def _names(self) -> list[str]:
        names: list[str] = self._own.do("KEYS", "panelbot:*")
        return sorted(names)


def _threads(names: Iterable[bytes], kinds: Collection[str]) -> set[ThreadRef]:
    """Return the threads of those keys that are of these *kinds*."""
    parts = (name.decode().partition("}:")[2].split(":") for name in names)
    return {
        keys.thread_of(":".join(part[1:4])) for part in parts if part[0] in kinds and len(part) >= 4
    }


def _kind(name: str) -> str:
    """Return what is under a key: see bot/adapters/redis/keys.py."""
    in_shard = name.partition("}:")[2]
    return (in_shard or name.removeprefix("panelbot:")).partition(":")[0]
