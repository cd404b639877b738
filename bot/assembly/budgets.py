"""The ledger of this installation: who may spend how much, and where that is counted."""

from zoneinfo import ZoneInfo

from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.panel.alerts.alerts import Alerts
from bot.panel.budgets.ledger import Ledger
from bot.settings.config import Config
from bot.settings.yaml_files import prices


def ledger_of(config: Config, storage: Storage, slack: Slack | None = None) -> Ledger:
    """Return the ledger; without Slack, nobody is told of what is spent."""
    return ledger_in(config, storage.redis, slack.alerts if slack else None)


def ledger_in(config: Config, redis: Connection, alerts: Alerts | None = None) -> Ledger:
    """Return the ledger that is kept in *redis*."""
    return Ledger(
        RedisBudgetStore(redis),
        prices.prices(config.prices),
        config.budgets,
        ZoneInfo(config.time_zone),
        alerts,
        seconds=2 * config.lease,
        is_bounded=config.is_multi_workspace,
    )
