"""Alerts, put together: who is told, and what is looked at for it."""

import logging
from datetime import UTC, date, datetime, timedelta

from bot import runtime
from bot.adapters.openai.checks.key_and_models import endings
from bot.adapters.slack.posting.alert_posts import SlackAlertPoster
from bot.assembly import panels
from bot.assembly.models.model_server import client_of
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.operations.alerting import Alerting, Readers
from bot.operations.chores import ChoreRunner
from bot.panel.alerts.alerts import AlertKind
from bot.panel.messaging.locales import Locales
from bot.panel.roster.roster import Scope, WorkspaceScope
from bot.settings.config import Config
from bot.settings.workspace_config import named_models

log = logging.getLogger(__name__)

_EVERY = 5.0  # seconds between looks for what is due
_TIMEOUT = 20.0  # seconds for what a service says of itself
_SOON = timedelta(days=7)  # of a token


async def alert_runner(
    config: Config, storage: Storage, slack: Slack, locales: Locales, *, is_watched: bool = True
) -> ChoreRunner:
    """Return what tells alerts, and watches the workspace for more if it *is watched*."""
    team_id = slack.identity.team_id

    async def examine_services() -> None:
        examined = [_examine_models(config, storage, slack)]
        if not config.is_multi_workspace:  # else it is refreshed
            examined.append(_examine_token(slack))
        for examine in examined:
            try:
                await examine
            except Exception as error:  # noqa: BLE001 - a server may answer anything
                log.info("alerts.not_examined", extra={"reason": type(error).__name__})

    alerting = Alerting(
        storage.alerts,
        slack.alerts,
        SlackAlertPoster(slack.api, slack.identity),
        Readers(sorted(config.alerts), sorted(config.admins), config.language),
        locales,
        storage.queue,
        examine_services,
    )
    if is_watched:
        await alerting.begin(team_id)
    return ChoreRunner(storage.alerts, team_id, alerting.ways, every=_EVERY, event="alerts.unknown")


async def _examine_models(config: Config, storage: Storage, slack: Slack) -> None:
    """Raise alerts of models that will be switched off, those that experts name as well."""
    store, _ = panels.panels_of(config, storage, slack.api.channels.first)
    team_id = slack.identity.team_id
    scopes: list[Scope] = [WorkspaceScope(team_id), *await store.channels(team_id)]
    experts = [one for change in await store.changes(scopes) for one in change.added.values()]
    names = {name for _, name in named_models(config)} | {one.model for one in experts if one.model}
    async with client_of(config) as client:
        ends = await endings(client.with_options(timeout=_TIMEOUT), names)
    for name, end in sorted(ends.items()):
        kind = AlertKind.MODEL_ENDS if end > _today() else AlertKind.MODEL_GONE
        await slack.alerts.tell(kind, name, date=end.isoformat())


async def _examine_token(slack: Slack) -> None:
    answer = await slack.api.read("auth.test")
    left = timedelta(seconds=int(answer.get("expires_in") or 0))
    if timedelta(0) < left <= _SOON:
        end = (_now() + left).date().isoformat()
        await slack.alerts.tell(AlertKind.EXPIRING, "SLACK_BOT_TOKEN", date=end)


def _now() -> datetime:
    return datetime.fromtimestamp(runtime.time(), UTC)


def _today() -> date:
    return _now().date()
