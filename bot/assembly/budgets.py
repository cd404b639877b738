"""The ledger of this installation: who may spend how much, and where that is counted."""

from zoneinfo import ZoneInfo

from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.panel.budgets.ledger import Ledger
from bot.settings.config import Config
from bot.settings.yaml_files import prices


def ledger_of(config: Config, storage: Storage, slack: Slack | None = None) -> Ledger:
    """Return the ledger; without Slack, nobody is told of what is spent."""
    return Ledger(
        RedisBudgetStore(storage.redis),
        prices.prices(config.prices),
        config.budgets,
        ZoneInfo(config.time_zone),
        slack.alerts if slack else None,
        seconds=2 * config.lease,
    )
