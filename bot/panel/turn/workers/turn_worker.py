"""Taking turns off the queue, several at a time, and never losing one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.log_formats import bind_turn
from bot.panel import observing
from bot.panel.budgets.ledger import Ledger
from bot.panel.errors import Poisoned, ThreadGone, leading
from bot.panel.intake.lease import Renewal, nothing_else, renewed_lease
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.loops import forever
from bot.panel.model import Claim
from bot.panel.observing import Kind, Outcome
from bot.panel.timeouts import Timeouts
from bot.panel.turn.turn_runner import Runner
from bot.panel.turn.workers.turn_endings import TurnEndings
from bot.panel.turn.workers.unwanted_turns import UnwantedTurns

log = logging.getLogger(__name__)


class TurnWorker:
    """Claims turns, for *lease* seconds each, and runs up to *concurrency* of them at once."""

    def __init__(
        self,
        queue: TurnQueue,
        runner: Runner,
        *,
        timeouts: Timeouts,
        concurrency: int = 300,
        lease: float = 15,
        ledger: Ledger | None = None,
    ) -> None:
        self._queue = queue
        self._runner = runner
        self._timeouts = timeouts
        self._places = asyncio.Semaphore(concurrency)
        self._lease = lease
        self._ledger = ledger
        self._running: dict[Claim, asyncio.Task[None]] = {}
        self._unwanted = UnwantedTurns(queue)
        self._endings = TurnEndings(queue, runner, self._unwanted, timeouts, lease)
        self._hurried = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled. The turns that are running then go on: see ``drain``."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_for_stops())
            await forever(self._take_turn, "queue.unavailable")

    async def _take_turn(self) -> None:
        await self._places.acquire()
        try:
            claim = await self._queue.claim()
        except BaseException:
            self._places.release()
            raise
        self._start(claim)

    @property
    def running(self) -> int:
        return len(self._running)

    async def drain(self, grace: float) -> int:
        """Let the running turns finish within *grace* seconds; hand the others over, so many."""
        if not self._running:
            return 0
        turns = list(self._running.values())
        finished = asyncio.create_task(asyncio.wait(turns))
        hurried = asyncio.create_task(self._hurried.wait())
        watching = asyncio.create_task(self._watch_for_stops())
        await asyncio.wait((finished, hurried), timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        late = [task for task in turns if not task.done()]
        ended = (finished, hurried, watching, *late)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        return len(late)

    def hurry(self) -> None:
        self._hurried.set()

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._work(claim), name=f"turn {claim.turn.id}")
        self._running[claim] = task
        task.add_done_callback(lambda _: self._ended(claim))

    def _ended(self, claim: Claim) -> None:
        del self._running[claim]
        self._unwanted.forget(claim)
        self._places.release()

    async def _watch_for_stops(self) -> None:
        every = self._timeouts.stop_requests
        await forever(partial(self._unwanted.cancel, self._running), "stops.unknown", every=every)

    async def _work(self, claim: Claim) -> None:
        bind_turn(claim.turn.id)
        with observing.within(Kind.TURN, claim=claim):
            try:
                await self._run_leased(self._attempt, claim, ends_early=True)
            except asyncio.CancelledError:
                if claim in self._unwanted and (task := asyncio.current_task()):
                    task.uncancel()
                    await self._end_early(claim)
                    return
                await asyncio.shield(self._endings.hand_over(claim))
                raise

    async def _run_leased(
        self,
        run: Callable[[Claim], Awaitable[bool | None]],
        claim: Claim,
        *,
        ends_early: bool = False,
    ) -> None:
        """Call *run* while the lease is renewed; then the turn is done, postponed or buried.

        *run* returns whether the model's side has answered: then others need not wait for it. If it
        *ends early* when somebody stops the turn, a failure in that moment does not postpone it:
        a TaskGroup that ends with an error swallows the cancellation, before Python 3.13.
        """
        try:
            async with renewed_lease(self._queue, claim, self._lease, self._beside(claim)):
                model_answers = await run(claim)
            await self._endings.settle(
                lambda: self._queue.done(claim, model_answers=bool(model_answers))
            )
            if model_answers:
                observing.current().conclude(Outcome.ANSWERED)
        except Exception as error:
            if ends_early and await self._unwanted.has(claim):
                raise asyncio.CancelledError from error
            await self._endings.after_failure(claim, leading(error))

    def _beside(self, claim: Claim) -> Renewal:
        return partial(self._ledger.renew, claim.turn.id) if self._ledger else nothing_else

    async def _attempt(self, claim: Claim) -> bool:
        if claim.deaths > self._timeouts.max_deaths:  # perhaps the turn is what kills them
            raise Poisoned(f"{claim.deaths} workers died with it", claim.deaths)
        if await self._unwanted.is_deleted(claim):  # while nobody had it
            raise ThreadGone("deleted")
        if claim.attempt > 1 and await self._unwanted.has(claim):  # its worker may have died of it
            raise asyncio.CancelledError
        return await self._runner.run(claim)

    async def _end_early(self, claim: Claim) -> None:
        try:
            if self._unwanted.is_withdrawn(claim):
                await self._endings.withdraw(claim)
            else:
                log.info("turn.stopped")
                observing.current().conclude(Outcome.STOPPED)
                await self._run_leased(self._runner.stop, claim)
        except asyncio.CancelledError:  # shutting down: the next worker stops it
            await asyncio.shield(self._endings.hand_over(claim))
            raise
