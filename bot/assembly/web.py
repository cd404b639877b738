"""The receiving side, put together: of one workspace, or of all that install the app."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import web_api
from bot.adapters.slack.http import web_app
from bot.adapters.slack.http.health import health_app
from bot.adapters.slack.http.serving import serve_http
from bot.adapters.slack.receiving.receiver import Receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.assembly.checks.one_bot import only_bot
from bot.assembly.checks.same_files import open_same_files
from bot.assembly.checks.scopes import warn_of_missing_scopes
from bot.assembly.checks.versions import note_version
from bot.assembly.models.model_later import open_later
from bot.assembly.parts import QUIET, Serve, Status, redis_obstacle
from bot.assembly.slack import open_slack
from bot.assembly.storage import Storage, listening_record, open_storage, storage_of
from bot.assembly.workspaces.installing import add_install_pages, note_installed
from bot.assembly.workspaces.payload_sorting import PayloadSorting
from bot.assembly.workspaces.reception import Reception, reception
from bot.assembly.workspaces.shared import open_shared
from bot.assembly.workspaces.workspace import Workspace
from bot.assembly.workspaces.workspaces import Workspaces
from bot.panel.alerts.alerts import AlertKind
from bot.panel.errors import PanelError
from bot.panel.intake.catching_up import CatchingUp
from bot.panel.intake.gap_search import GapSearch
from bot.panel.intake.missed_messages import (
    Gap,
    ListeningRecord,
    RecordOfWorkspace,
    teams_asked_lately,
)
from bot.settings.config import Config

log = logging.getLogger(__name__)

Routes = Callable[[web.Application], None]


@asynccontextmanager
async def open_web(config: Config, status: Status = QUIET) -> AsyncIterator[Serve]:
    """Open the receiving side; the result receives until it is cancelled."""
    opened = _open_many if config.is_multi_workspace else _open_one
    async with open_storage(config) as storage, opened(config, storage, status) as serve:
        yield serve


@asynccontextmanager
async def _open_one(config: Config, storage: Storage, status: Status) -> AsyncIterator[Serve]:
    """Receive the payloads of the workspace whose token is among the settings."""
    async with (
        open_slack(config, storage) as slack,
        only_bot(storage, slack.identity),
        open_same_files(config, storage, slack.identity.team_id),
        note_version(storage, slack.identity.team_id),
        open_later(config, storage.conversations) as later,
    ):
        await note_installed(storage, slack.identity)
        warn_of_missing_scopes(config, slack.identity.scopes)
        there = reception(config, storage, slack, later)
        record = listening_record(config, storage, slack.identity.team_id)

        async def search(gap: Gap) -> None:
            await _gap_search(there, storage, record, gap, config.catch_up).run()

        transport = _Transport(
            config,
            there.app,
            slack.client,
            storage,
            on_rejected=lambda _: slack.alerts.tell(AlertKind.KEY_REFUSED, "SLACK_APP_TOKEN"),
        )
        catching_up = CatchingUp(record, search, within=config.catch_up)

        def ready() -> None:
            status.ready(slack.identity.team_id, slack.identity.url, transport.obstacle)

        yield lambda: transport.serve(ready, catching_up, later.open())


@asynccontextmanager
async def _open_many(config: Config, storage: Storage, status: Status) -> AsyncIterator[Serve]:
    """Receive the payloads of all workspaces that have installed the app."""
    async with (
        open_shared(config, storage) as shared,
        open_later(config, storage.conversations) as later,
    ):

        @asynccontextmanager
        async def open_reception(workspace: Workspace) -> AsyncIterator[Reception]:
            own, its_storage = workspace.config, storage_of(workspace.config, storage)
            slack = await shared.slack(workspace, its_storage)
            is_own = shared.has_own_models(workspace)
            async with (
                open_later(own, storage.conversations) if is_own else nullcontext(later)
            ) as its_later:
                yield reception(own, its_storage, slack, its_later, config)

        workspaces = Workspaces(shared.directory, open_reception)
        record = listening_record(config, storage, config.client_id)

        async def search(gap: Gap) -> None:
            for team_id in await teams_asked_lately(record):
                try:
                    async with workspaces.use(team_id) as there:
                        its = RecordOfWorkspace(record, team_id)
                        await _gap_search(there, storage, its, gap, config.catch_up).run()
                except PanelError as error:  # the others are searched all the same
                    extra = {"team": team_id, "reason": type(error).__name__}
                    log.warning("catching_up.skipped", extra=extra)

        sorting = PayloadSorting(
            workspaces, shared.installations, storage.shared_threads, shared.removals
        )

        def add_pages(served: web.Application) -> None:
            add_install_pages(served, config, storage, shared.session, shared.installed)

        client = web_api.client("", config.slack_api_url, shared.session)
        transport = _Transport(config, sorting, client, storage, routes=add_pages)
        catching_up = CatchingUp(record, search, within=config.catch_up)

        def ready() -> None:
            status.ready("", config.public_url, transport.obstacle)

        async with workspaces:
            yield lambda: transport.serve(ready, catching_up, later.open(), workspaces.run())


def _gap_search(
    there: Reception, storage: Storage, record: ListeningRecord, gap: Gap, within: float
) -> GapSearch:
    """Return what receives what was missed in the workspace of *there*."""
    return GapSearch(record, there.history, there.intake, storage.threads, gap, within)


class _Transport:
    """What brings payloads: Socket Mode or HTTP. *routes* adds pages to those that HTTP serves."""

    def __init__(
        self,
        config: Config,
        receiver: Receiver,
        client: AsyncWebClient,
        storage: Storage,
        *,
        on_rejected: Callable[[str], Awaitable[None]] | None = None,
        routes: Routes | None = None,
    ) -> None:
        self._config = config
        self._receiver = receiver
        self._client = client
        self._storage = storage
        self._routes = routes
        self._listening = asyncio.Event()
        self._sockets = (
            SocketModeReceiver(
                receiver,
                config.slack_app_token,
                client,
                config.socket_connections,
                on_rejected=on_rejected,
            )
            if config.uses_socket_mode
            else None
        )

    @property
    def is_listening(self) -> bool:
        """Whether payloads arrive; what comes before that is refused."""
        is_connected = self._sockets is None or self._sockets.is_connected
        return self._listening.is_set() and is_connected

    async def obstacle(self) -> str:
        """Return why nothing can be received now."""
        if self._sockets and not self._sockets.is_connected:
            return "Slack cannot be reached"
        return await redis_obstacle(self._storage.queue.depth)

    async def serve(
        self,
        ready: Callable[[], None],
        catching_up: CatchingUp,
        *beside: Coroutine[Any, Any, None],
    ) -> None:
        """Receive until cancelled; calls *ready* when it does, and runs the others meanwhile."""

        def listening() -> None:
            self._listening.set()
            ready()

        async with asyncio.TaskGroup() as tasks:
            for other in beside:
                tasks.create_task(other)
            if self._config.catch_up:
                tasks.create_task(catching_up.run(lambda: self.is_listening))
            await self._receive(listening)

    async def _receive(self, ready: Callable[[], None]) -> None:
        config, sockets = self._config, self._sockets
        if sockets and not self._routes:
            await sockets.serve(ready)
            return
        if sockets:
            served = health_app(self.obstacle)
        else:
            served = web_app.http_app(self._receiver, config.slack_signing_secret, self.obstacle)
        if self._routes:
            self._routes(served)
        async with asyncio.TaskGroup() as tasks:
            if sockets:
                tasks.create_task(sockets.serve(ready))
            await serve_http(served, config.host, config.port, _tell_nobody if sockets else ready)


def _tell_nobody() -> None:
    """Leave it to who is ready last."""
