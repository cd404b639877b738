"""The worker: what takes turns off the queue and answers them, in one workspace or in all."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from bot.assembly.budgets import ledger_of
from bot.assembly.checks.one_bot import only_bot
from bot.assembly.checks.required_models import require_models
from bot.assembly.checks.same_files import open_same_files
from bot.assembly.checks.versions import note_version
from bot.assembly.models import model_server
from bot.assembly.models.functions import open_functions
from bot.assembly.parts import QUIET, Serve, Status, redis_obstacle
from bot.assembly.slack import open_slack
from bot.assembly.storage import Storage, open_storage, storage_of
from bot.assembly.upkeep import idle_threads_runner, takes_token
from bot.assembly.workspaces.everywhere import (
    CHORES_AT_ONCE,
    ChoresEverywhere,
    MessengerEverywhere,
    RunnerEverywhere,
)
from bot.assembly.workspaces.installing import note_installed
from bot.assembly.workspaces.shared import open_shared
from bot.assembly.workspaces.work import ModelSide, Work, timeouts_of, work_of
from bot.assembly.workspaces.workspace import Directory, Workspace
from bot.assembly.workspaces.workspaces import Workspaces
from bot.panel.alerts.alerts import Alerts
from bot.panel.approvals.decisions import ApprovalExpiry
from bot.panel.installations.installation import NotInstalled
from bot.panel.intake.queue_positions import QueuePositions
from bot.panel.language_model.language_model import Functions
from bot.panel.loops import forever
from bot.panel.messaging.locales import ThreadLanguages
from bot.panel.messaging.messenger import StatesAndStatuses
from bot.panel.turn.turn_runner import Runner
from bot.panel.turn.workers.outbox_worker import WORKSPACES_AT_ONCE, OutboxWorker
from bot.panel.turn.workers.turn_worker import TurnWorker
from bot.settings.config import Config

_SWEEP_EVERY = 60.0  # seconds between looks for tokens that expire soon


@asynccontextmanager
async def open_worker(config: Config, status: Status = QUIET) -> AsyncIterator[Serve]:
    """Open the answering side; the result answers until it is cancelled, then drains."""
    opened = _open_many if config.is_multi_workspace else _open_one
    async with open_storage(config) as storage, opened(config, storage, status) as serve:
        yield serve


@asynccontextmanager
async def _open_one(config: Config, storage: Storage, status: Status) -> AsyncIterator[Serve]:
    async with (
        open_slack(config, storage) as slack,
        only_bot(storage, slack.identity),
        open_same_files(config, storage, slack.identity.team_id),
        note_version(storage, slack.identity.team_id),
        open_functions(config, storage.redis) as functions,
        _open_models(config, storage, functions) as models,
    ):
        await note_installed(storage, slack.identity)
        await model_server.require_backend(config, require_models(config))
        there = await work_of(config, storage, slack, models, takes_token(config))
        answering = _Answering(config, storage, status, there.runner)
        identity = slack.identity
        status.ready(identity.team_id, identity.url, lambda: redis_obstacle(storage.queue.depth))
        yield lambda: answering.serve(
            there.messenger, there.locales, there.chores.run(), there.alerting.run()
        )


async def _days_of(directory: Directory, team_id: str) -> int:
    """Return for how many days threads of a workspace are kept."""
    try:
        return (await directory.find(team_id)).config.retention_days
    except NotInstalled:  # all of it will be deleted
        return 0


@asynccontextmanager
async def _open_many(config: Config, storage: Storage, status: Status) -> AsyncIterator[Serve]:
    async with (
        open_shared(config, storage) as shared,
        open_functions(config, storage.redis) as functions,
        _open_models(config, storage, functions) as models,
    ):
        await model_server.require_backend(config, require_models(config))
        operators = Alerts(storage.alerts, config.client_id)

        @asynccontextmanager
        async def open_work(workspace: Workspace) -> AsyncIterator[Work]:
            own, its_storage = workspace.config, storage_of(workspace.config, storage)
            slack = await shared.slack(workspace, its_storage)
            is_own = shared.has_own_models(workspace)
            told = slack.alerts if is_own else operators
            is_installed = partial(shared.removals.is_installed, workspace.identity.team_id)
            async with (
                _open_models(own, storage, functions) if is_own else nullcontext(models)
            ) as its_models:
                yield await work_of(own, its_storage, slack, its_models, is_installed, told)

        workspaces = Workspaces(shared.directory, open_work)

        days_of = partial(_days_of, shared.directory)
        idle_threads = await idle_threads_runner(config, storage, days_of)

        async def do_chores(team_id: str) -> None:
            if team_id == config.client_id:
                await idle_threads.run_due(CHORES_AT_ONCE)
                return
            try:
                async with workspaces.use(team_id) as there:
                    await there.chores.run_due(CHORES_AT_ONCE)
            except NotInstalled:  # what is kept of it is to be deleted
                async with open_work(await shared.directory.removed(team_id)) as there:
                    await there.chores.run_due(CHORES_AT_ONCE)

        async def tell_alerts(team_id: str) -> None:
            try:
                async with workspaces.use(team_id) as there:
                    await there.alerting.run_due(CHORES_AT_ONCE)
            except NotInstalled:
                return

        everywhere = MessengerEverywhere(workspaces)
        answering = _Answering(config, storage, status, RunnerEverywhere(workspaces))
        status.ready("", config.public_url, lambda: redis_obstacle(storage.queue.depth))
        async with workspaces:
            yield lambda: answering.serve(
                everywhere,
                everywhere,
                workspaces.run(),
                forever(shared.rotation.sweep, "tokens.not_swept", every=_SWEEP_EVERY),
                ChoresEverywhere(storage.chores, do_chores, "chores.unknown").run(),
                ChoresEverywhere(storage.alerts, tell_alerts, "alerts.unknown").run(),
            )


@asynccontextmanager
async def _open_models(
    config: Config, storage: Storage, functions: Functions
) -> AsyncIterator[ModelSide]:
    async with model_server.open_models(config, storage.conversations) as (model, knowledge):
        yield ModelSide(model, knowledge, functions)


class _Answering:
    """Answers turns with *runner*, and does beside it what is the same in all workspaces."""

    def __init__(self, config: Config, storage: Storage, status: Status, runner: Runner) -> None:
        self._config = config
        self._storage = storage
        self._status = status
        self._timeouts = timeouts_of(config)
        self._worker = TurnWorker(
            storage.queue,
            runner,
            timeouts=self._timeouts,
            concurrency=config.concurrency,
            lease=config.lease,
            ledger=ledger_of(config, storage.redis),
        )

    async def serve(
        self,
        messenger: StatesAndStatuses,
        languages: ThreadLanguages,
        *beside: Coroutine[Any, Any, None],
    ) -> None:
        """Answer turns, do what is *beside* them, and then finish those that are running."""
        storage, timeouts = self._storage, self._timeouts
        positions = QueuePositions(
            storage.queue, storage.threads, messenger, storage.outbox, languages
        )
        at_once = WORKSPACES_AT_ONCE if self._config.is_multi_workspace else 1
        sender = OutboxWorker(storage.outbox, messenger, lease=self._config.lease, at_once=at_once)
        expiry = ApprovalExpiry(storage.approvals, every=min(5, timeouts.approval / 4))
        async with asyncio.TaskGroup() as tasks:
            others = (positions.run(), expiry.run(), *beside)
            running = [tasks.create_task(other) for other in others]
            sending = tasks.create_task(sender.run())
            try:
                await self._worker.run()
            finally:
                for task in running:
                    task.cancel()
                self._status.finishing(self._worker.running, self._worker.hurry)
                self._status.handed_over(await self._worker.drain(self._config.drain))
                sending.cancel()  # after the last turns, which leave something to send
