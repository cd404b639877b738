"""Alerts, put together: who is told, and what is looked at for it."""

from bot.adapters.slack.posting.alert_posts import SlackAlertPoster
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.operations.alerting import Alerting, Readers
from bot.operations.chores import ChoreRunner
from bot.panel.alerts.alerts import Alerts
from bot.panel.messaging.locales import Locales
from bot.settings.config import Config

_EVERY = 5.0  # seconds between looks for what is due


def alerts_of(storage: Storage, slack: Slack) -> Alerts:
    """Return where the parts of the bot say what is to be told."""
    return Alerts(storage.alerts, slack.identity.team_id)


async def alert_runner(
    config: Config, storage: Storage, slack: Slack, locales: Locales
) -> ChoreRunner:
    """Return what watches the workspace, and tells alerts."""
    team_id, alerts = slack.identity.team_id, alerts_of(storage, slack)
    readers = Readers(sorted(config.alerts), sorted(config.admins), config.language)

    async def examine_services() -> None:
        pass

    alerting = Alerting(
        storage.alerts,
        alerts,
        SlackAlertPoster(slack.api, slack.identity),
        readers,
        locales,
        storage.queue,
        examine_services,
    )
    await alerting.begin(team_id)
    return ChoreRunner(storage.alerts, team_id, alerting.ways, every=_EVERY, event="alerts.unknown")
