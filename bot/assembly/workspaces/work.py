"""What answers in one workspace, and does its chores, put together."""

from dataclasses import dataclass

from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.assembly import learning, operator, panels, upkeep
from bot.assembly.access import admission_of
from bot.assembly.budgets import ledger_of
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.assembly.watching.alerts import alert_runner
from bot.operations.chores import ChoreRunner
from bot.panel.alerts.alerts import Alerts
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.language_model import Functions, LanguageModel
from bot.panel.language_model.model_client import ModelClient
from bot.panel.messaging.locales import Locales
from bot.panel.model import WhenUnsure
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.panel.timeouts import Timeouts
from bot.panel.turn.services import Rules, Services, Stores
from bot.panel.turn.turn_runner import TurnRunner
from bot.settings.config import Config


@dataclass(frozen=True, slots=True)
class ModelSide:
    """The server of the models, the experts' documents there, and functions."""

    model: LanguageModel
    knowledge: KnowledgeBase
    functions: Functions


@dataclass(frozen=True, slots=True)
class Work:
    """What answers in one workspace, and does its chores."""

    runner: TurnRunner
    messenger: SlackMessenger
    locales: Locales
    chores: ChoreRunner
    alerting: ChoreRunner


async def work_of(
    config: Config,
    storage: Storage,
    slack: Slack,
    models: ModelSide,
    is_installed: upkeep.IsInstalled,
    alerts: Alerts | None = None,
) -> Work:
    """Return what works in the workspace of *slack*.

    *alerts* are for whoever runs the bot, if that is nobody of the workspace.
    """
    timeouts = timeouts_of(config)
    locales = Locales(slack.people, config.language)
    client = ModelClient(
        models.model,
        timeouts.backoff,
        Fallbacks(config.fallback_models),
        ledger_of(config, storage.redis, slack.alerts),
        on_refusal=(alerts or slack.alerts).model_refused,
    )
    services = operator.services_of(config, storage, slack, models.model, models.knowledge)
    return Work(
        _runner(config, storage, slack, client, models.functions, locales, timeouts),
        slack.messenger,
        locales,
        await upkeep.chore_runner(config, storage, services, is_installed),
        await alert_runner(config, storage, slack, locales, is_watched=alerts is None),
    )


def timeouts_of(config: Config) -> Timeouts:
    """Return how long things may take."""
    return Timeouts(
        expert=config.expert_timeout,
        function=config.function_timeout,
        approval=config.approval_hours * 3600,
    )


def _runner(
    config: Config,
    storage: Storage,
    slack: Slack,
    client: ModelClient,
    functions: Functions,
    locales: Locales,
    timeouts: Timeouts,
) -> TurnRunner:
    services = Services(
        Stores(
            storage.journal,
            storage.threads,
            storage.approvals,
            storage.reports,
            storage.outbox,
            storage.audit,
        ),
        panels.panel_editor(config, storage, slack),
        client,
        functions,
        slack.messenger,
        slack.transcript,
        slack.files,
        slack.people,
        admission_of(config, storage, slack, locales),
        learning.examples_of(config, storage, slack),
    )
    rules = Rules(
        panels.models(config),
        timeouts,
        panels.approval_rights(config, slack),
        config.expert_levels,
        config.max_consultations,
        panels.look(config),
        WhenUnsure(config.unsure),
        config.language,
    )
    return TurnRunner(services, rules)
