"""What workers do beside turns, put together: with Slack, or where the app was removed, without."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import Identity, identify
from bot.assembly.models.model_server import open_models
from bot.assembly.operator import services_of
from bot.assembly.slack import open_slack
from bot.assembly.storage import Storage, open_storage
from bot.operations.chores import Chore, ChoreKind, ChoreRunner
from bot.operations.forgetting.idle_threads import DaysOf, expire_idle
from bot.operations.services import Services
from bot.operations.upkeep import TIDY_EVERY, Keeping, Upkeep
from bot.panel.errors import GiveUp
from bot.panel.loops import forever
from bot.settings.config import Config

log = logging.getLogger(__name__)

IsInstalled = Callable[[], Awaitable[bool]]

_EVERY = 2.0  # seconds between looks for what is due


async def chore_runner(
    config: Config, storage: Storage, services: Services, is_installed: IsInstalled
) -> ChoreRunner:
    """Return what does the chores of the workspace; tidying up is one of them from now on.

    *is_installed* asks Slack whether it still lets us in there.
    """
    chores = storage.chores
    await chores.put(Chore(ChoreKind.TIDY, services.team_id))
    keeping = Keeping(config.audit_days, config.retention_days, config.is_multi_workspace)
    upkeep = Upkeep(services, chores, storage.audit_log, keeping, is_installed)
    return ChoreRunner(chores, services.team_id, upkeep.ways)


async def idle_threads_runner(config: Config, storage: Storage, days_of: DaysOf) -> ChoreRunner:
    """Return what has threads of all workspaces forgotten that they keep no longer."""
    chores, everywhere = storage.chores, config.client_id
    await chores.put(Chore(ChoreKind.TIDY, everywhere))

    async def tidy(_chore: Chore) -> float:
        await expire_idle(storage.kept, chores, days_of)
        return TIDY_EVERY

    return ChoreRunner(chores, everywhere, {ChoreKind.TIDY: tidy})


def takes_token(config: Config) -> IsInstalled:
    """Return what asks Slack whether it takes the token of the settings."""

    async def is_installed() -> bool:
        async with web_api.session() as session:
            try:
                await identify(
                    web_api.client(config.slack_bot_token, config.slack_api_url, session)
                )
            except GiveUp:
                return False
            return True

    return is_installed


async def finish_removal(config: Config) -> bool:
    """Delete what is kept of workspaces that removed the app, once it is time.

    Returns False if there are none. Slack rejects our token there, so that nothing else can run.
    """
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(open_storage(config))
        chores = storage.chores
        teams = await chores.teams(ChoreKind.REMOVE)
        if not teams:
            return False
        log.warning("app.removed", extra={"deleting": "when PANELBOT_UNINSTALL_DAYS have passed"})
        models = await stack.enter_async_context(open_models(config, storage.conversations))
        runners = list[ChoreRunner]()
        for team in teams:
            nobody = Identity(team, "", "", "", frozenset())
            slack = await stack.enter_async_context(open_slack(config, storage, nobody))
            services = services_of(config, storage, slack, *models)
            runners.append(await chore_runner(config, storage, services, takes_token(config)))

        async def run_due() -> None:
            for runner in runners:
                await runner.run_due()
            if not await chores.teams(ChoreKind.REMOVE):
                raise _Finished

        try:
            await forever(run_due, "chores.unknown", every=_EVERY)
        except _Finished:
            return True


class _Finished(BaseException):
    """Nothing is left to delete."""
