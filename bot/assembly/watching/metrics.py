"""Metrics: where operators want them, and what they need is installed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import __version__, runtime
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.assembly import budgets
from bot.assembly.parts import Readiness
from bot.assembly.storage import redis_of
from bot.experts import library
from bot.operations.queue_admin import OTHERS, busiest
from bot.panel.budgets.limits import Level, Limit
from bot.panel.loops import meanwhile
from bot.panel.observing import Observer
from bot.settings.config import Config
from bot.settings.yaml_files import prices

if TYPE_CHECKING:
    from bot.adapters.prometheus.page import MetricsPage

log = logging.getLogger(__name__)

_BUSIEST = 5  # workspaces that have series of their own
_LOOK = 1.0  # seconds between two looks at how late the event loop is, and at what is to count


@dataclass(frozen=True, slots=True)
class Metering:
    """Who counts, and the page that shows it."""

    observers: Sequence[Observer] = ()
    page: "MetricsPage | None" = None


@asynccontextmanager
async def open_metrics(config: Config, role: str, readiness: Readiness) -> AsyncIterator[Metering]:
    """Yield what counts in a process in that *role*; nothing is imported where nobody wants it."""
    if config.metrics == "off" or not _can_be_had(config):
        yield Metering()
        return
    from bot.adapters.prometheus import metrics
    from bot.adapters.prometheus.observer import MetricsObserver
    from bot.adapters.prometheus.page import MetricsPage

    experts = [expert.name for expert in library.library()]
    observer = MetricsObserver(experts, prices.prices(config.prices), config.provider)
    redis, shards = redis_of(config), Shards(config.redis_shards)
    queue, outbox = RedisTurnQueue(redis, shards), RedisOutbox(redis, shards)
    approvals, ledger = RedisApprovalStore(redis, shards), budgets.ledger_of(config, redis)

    async def read() -> None:
        observer.count()
        workspace = urlsplit(readiness.workspace).netloc if config.metrics == "workspace" else ""
        metrics.INFO.clear()
        metrics.INFO.labels(__version__, role, workspace).set(1)
        limits = [one for one in config.budgets if _is_for_all(one)] if readiness.team_id else []
        depth, depths, oldest, states, undecided, standings = await asyncio.gather(
            queue.depth(),
            queue.by_workspace(),
            queue.oldest(),
            outbox.waiting(),
            approvals.undecided(),
            ledger.standings(limits, readiness.team_id),
        )
        metrics.QUEUE.labels("waiting").set(depth.waiting)
        metrics.QUEUE.labels("running").set(depth.running)
        metrics.QUEUE.labels("delayed").set(depth.delayed)
        metrics.WORKSPACES.clear()
        for rank, (name, one) in enumerate(busiest(depths, _BUSIEST).items(), 1):
            shown = name if config.metrics == "workspace" or name == OTHERS else f"busiest {rank}"
            metrics.WORKSPACES.labels(shown, "waiting").set(one.waiting)
            metrics.WORKSPACES.labels(shown, "running").set(one.running)
        metrics.OLDEST.set(oldest)
        metrics.DEAD_LETTERS.set(depth.buried)
        metrics.OUTBOX.set(states)
        metrics.APPROVALS.set(undecided)
        for limit, spent in zip(limits, standings, strict=True):
            most = (limit.most or 0) + spent.extra
            metrics.BUDGETS.labels(str(limit)).set((spent.spent + spent.held) / (most or 1))

    async def look() -> None:
        before = runtime.monotonic()
        await asyncio.sleep(_LOOK)
        metrics.LOOP_DELAY.observe(max(0.0, runtime.monotonic() - before - _LOOK))
        observer.count()

    if role != "web":
        metrics.TURN_PLACES.set(config.concurrency)
    try:
        async with meanwhile(look, "metrics.failed", every=0):
            yield Metering([observer], MetricsPage(read))
    finally:
        await redis.aclose()


def _is_for_all(limit: Limit) -> bool:
    """Whether it limits what all spend together: labels name no people, channels or experts."""
    return limit.level in (Level.DEPLOYMENT, Level.WORKSPACE) and limit.most is not None


def _can_be_had(config: Config) -> bool:
    """Return whether what is needed is there; else log what is not."""
    try:
        import prometheus_client  # noqa: F401 - to see whether it can be
    except ModuleNotFoundError:
        log.warning("metrics.off", extra={"remedy": "pip install 'panelbot[metrics]'"})
        return False
    if not config.health_port:
        log.warning("metrics.off", extra={"remedy": "set PANELBOT_HEALTH_PORT, where they are"})
    return bool(config.health_port)
