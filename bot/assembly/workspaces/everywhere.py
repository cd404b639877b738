"""What does its work in all workspaces, each with the parts of the workspace that it is about."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence, Set
from contextlib import asynccontextmanager

from bot.adapters.slack.api import last_states
from bot.assembly.workspaces.work import Work
from bot.assembly.workspaces.workspaces import Workspaces
from bot.operations.chores import LEASE, ChoreStore
from bot.panel.errors import MessengerRefused, PanelError, ThreadGone, TryLater
from bot.panel.installations.installation import NotInstalled
from bot.panel.loops import forever
from bot.panel.messaging.locales import ThreadLanguages
from bot.panel.messaging.messenger import StatesAndStatuses
from bot.panel.messaging.outbox import LastState
from bot.panel.model import Claim, MessageTs, ThreadRef, UserId
from bot.panel.turn.turn_runner import Runner

log = logging.getLogger(__name__)

_EVERY = 2.0  # seconds between looks for chores that are due
CHORES_AT_ONCE = 10  # of a workspace, before others come
_AT_ONCE = 8  # workspaces whose chores are done side by side

DoDue = Callable[[str], Awaitable[None]]


class RunnerEverywhere(Runner):
    """Runs each turn in its workspace; one of a workspace that removed the app is dropped."""

    def __init__(self, workspaces: Workspaces[Work]) -> None:
        self._workspaces = workspaces

    async def run(self, claim: Claim) -> bool:
        async with self._in(claim.turn.thread) as runner:
            return await runner.run(claim)

    async def stop(self, claim: Claim) -> None:
        async with self._in(claim.turn.thread) as runner:
            await runner.stop(claim)

    async def withdraw(self, claim: Claim, deleted: Set[MessageTs]) -> None:
        async with self._in(claim.turn.thread) as runner:
            await runner.withdraw(claim, deleted)

    async def give_up(self, claim: Claim, error: BaseException) -> None:
        async with self._in(claim.turn.thread) as runner:
            await runner.give_up(claim, error)

    async def tell_of_delay(self, claim: Claim, error: TryLater, pauses: Sequence[float]) -> None:
        async with self._in(claim.turn.thread) as runner:
            await runner.tell_of_delay(claim, error, pauses)

    async def settle(self, thread: ThreadRef) -> None:
        async with self._in(thread) as runner:
            await runner.settle(thread)

    @asynccontextmanager
    async def _in(self, thread: ThreadRef) -> AsyncIterator[Runner]:
        try:
            async with self._workspaces.use(thread.team_id) as there:
                yield there.runner
        except NotInstalled as error:
            raise ThreadGone("not installed") from error


class MessengerEverywhere(StatesAndStatuses, ThreadLanguages):
    """Shows last states and statuses in each workspace; where the app was removed, none."""

    def __init__(self, workspaces: Workspaces[Work]) -> None:
        self._workspaces = workspaces

    async def send(self, state: LastState) -> None:
        try:
            async with self._workspaces.use(state.thread.team_id) as there:
                await there.messenger.send(state)
        except NotInstalled as error:
            raise MessengerRefused("not_installed") from error

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        try:
            async with self._workspaces.use(thread.team_id) as there:
                return await there.messenger.show_status(thread, status)
        except NotInstalled:
            return True

    def status_cleared(self, thread: ThreadRef) -> LastState:
        return last_states.status_cleared(thread)

    async def use_language_in(self, thread: ThreadRef, addressee: UserId | None) -> None:
        try:
            async with self._workspaces.use(thread.team_id) as there:
                await there.locales.use_language_in(thread, addressee)
        except NotInstalled:
            log.info("language.unknown", extra={"reason": "not installed"})


class ChoresEverywhere:
    """Does the chores of a *store* in all workspaces; *do_due* does those of one that are due."""

    def __init__(self, store: ChoreStore, do_due: DoDue, event: str) -> None:
        self._store = store
        self._do_due = do_due
        self._event = event
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Do what is due every few seconds until cancelled, in any number of workers."""
        async with asyncio.TaskGroup() as tasks:

            async def look() -> None:
                async with self._places:  # not before somebody has time for it
                    pass
                for team_id, claim in (await self._store.due_teams(LEASE, _AT_ONCE)).items():
                    await self._places.acquire()
                    tasks.create_task(self._do(team_id, claim))

            await forever(look, self._event, every=_EVERY)

    async def _do(self, team_id: str, claim: str) -> None:
        try:
            await self._do_due(team_id)
            await self._store.looked_after(team_id, claim)
        except Exception as error:  # noqa: BLE001 - one workspace must not stop the others
            reason = str(error) if isinstance(error, PanelError) else type(error).__name__
            log.warning(self._event, extra={"team": team_id, "reason": reason})
        finally:
            self._places.release()
