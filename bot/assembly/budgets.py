"""The ledger of this installation: who may spend how much, and where that is counted."""

from zoneinfo import ZoneInfo

from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.panel.alerts.alerts import Alerts
from bot.panel.budgets.ledger import Ledger
from bot.settings.config import Config
from bot.settings.yaml_files import prices


def ledger_of(config: Config, redis: Connection, alerts: Alerts | None = None) -> Ledger:
    """Return the ledger that is kept in *redis*; without *alerts*, nobody is told of it."""
    return Ledger(
        RedisBudgetStore(redis),
        prices.prices(config.prices),
        config.budgets,
        ZoneInfo(config.time_zone),
        alerts,
        seconds=2 * config.lease,
        is_bounded=config.is_multi_workspace,
    )
