"""The worker: what takes turns off the queue and answers them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.assembly import learning, model_server, operator, panels, upkeep
from bot.assembly.access import admission_of
from bot.assembly.budgets import ledger_of
from bot.assembly.checks.one_bot import only_bot
from bot.assembly.checks.required_models import require_models
from bot.assembly.checks.same_files import open_same_files
from bot.assembly.checks.versions import note_version
from bot.assembly.functions import open_functions
from bot.assembly.installation import note_installed
from bot.assembly.parts import QUIET, Serve, Status, redis_obstacle
from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.assembly.watching.alerts import alert_runner
from bot.operations.chores import ChoreRunner
from bot.panel.approvals.decisions import ApprovalExpiry
from bot.panel.intake.queue_positions import QueuePositions
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.language_model import Functions
from bot.panel.language_model.model_client import ModelClient
from bot.panel.messaging.locales import Locales
from bot.panel.model import WhenUnsure
from bot.panel.timeouts import Timeouts
from bot.panel.turn.services import Rules, Services, Stores
from bot.panel.turn.turn_runner import TurnRunner
from bot.panel.turn.workers.outbox_worker import OutboxWorker
from bot.panel.turn.workers.turn_worker import TurnWorker
from bot.settings.config import Config


@asynccontextmanager
async def open_worker(config: Config, status: Status = QUIET) -> AsyncIterator[Serve]:
    """Open the answering side; the result answers until it is cancelled, then drains."""
    async with (
        open_storage(config) as storage,
        open_slack(config, storage) as slack,
        only_bot(storage, slack.identity),
        open_same_files(config, storage, slack.identity.team_id),
        note_version(storage, slack.identity.team_id),
        model_server.open_model(config, storage.conversations) as model,
        model_server.open_knowledge(config) as knowledge,
        open_functions(config, storage.redis) as functions,
    ):
        await note_installed(storage, slack.identity)
        await model_server.require_backend(config, require_models(config))
        timeouts = _timeouts(config)
        locales = Locales(slack.people, config.language)
        ledger = ledger_of(config, storage, slack)
        fallbacks = Fallbacks(config.fallback_models)
        on_refusal = slack.alerts.model_refused
        client = ModelClient(model, timeouts.backoff, fallbacks, ledger, on_refusal=on_refusal)
        runner = _runner(config, storage, slack, client, functions, locales, timeouts)
        worker = TurnWorker(
            storage.queue,
            runner,
            timeouts=timeouts,
            concurrency=config.concurrency,
            lease=config.lease,
            ledger=ledger,
        )
        positions = QueuePositions(
            storage.queue, storage.threads, slack.messenger, storage.outbox, locales
        )
        sender = OutboxWorker(storage.outbox, slack.messenger, lease=config.lease)
        services_of_chores = operator.services_of(config, storage, slack, model, knowledge)
        chores = await upkeep.chore_runner(config, storage, services_of_chores)
        expiry = ApprovalExpiry(storage.approvals, every=min(5, timeouts.approval / 4))
        status.ready(
            slack.identity.team_id, slack.identity.url, lambda: redis_obstacle(storage.queue.depth)
        )
        alerting = await alert_runner(config, storage, slack, locales)
        beside = (positions, expiry, chores, alerting)
        yield lambda: _work(worker, beside, sender, status, config.drain)


def _timeouts(config: Config) -> Timeouts:
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


async def _work(
    worker: TurnWorker,
    others: Sequence[QueuePositions | ApprovalExpiry | ChoreRunner],
    sender: OutboxWorker,
    status: Status,
    grace: float,
) -> None:
    """Answer turns, and then finish those that are running."""
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(other.run()) for other in others]
        sending = tasks.create_task(sender.run())
        try:
            await worker.run()
        finally:
            for task in beside:
                task.cancel()
            status.finishing(worker.running, worker.hurry)
            status.handed_over(await worker.drain(grace))
            sending.cancel()  # after the last turns, which leave something to send
