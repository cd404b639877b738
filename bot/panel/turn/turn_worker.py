"""Taking turns off the queue, several at a time, and never losing one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import accumulate

from bot.log_formats import bind_turn
from bot.panel import observing
from bot.panel.budgets.ledger import Ledger
from bot.panel.errors import (
    ModelUnavailable,
    PanelError,
    Poisoned,
    StoreUnavailable,
    ThreadGone,
    TooNew,
    TryLater,
    TurnLost,
    leading,
)
from bot.panel.intake.lease import Renewal, nothing_else, renewed_lease
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.loops import forever
from bot.panel.model import Claim
from bot.panel.observing import Kind, Outcome
from bot.panel.retries import Backoff, retry
from bot.panel.timeouts import Timeouts
from bot.panel.turn.turn_runner import TurnRunner
from bot.panel.turn.unwanted_turns import UnwantedTurns

log = logging.getLogger(__name__)

_LEFT_FOR = 30.0  # seconds, to workers of a newer version
_SETTLING = (0.2, 0.5, 1.0)  # seconds before each retry of what ends a claim; then the last again


class TurnWorker:
    """Claims turns, for *lease* seconds each, and runs up to *concurrency* of them at once."""

    def __init__(
        self,
        queue: TurnQueue,
        runner: TurnRunner,
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
        """How many turns are running."""
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
        """Let ``drain`` hand over at once what still runs."""
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
                await asyncio.shield(self._hand_over(claim))
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
            await self._settle(lambda: self._queue.done(claim, model_answers=bool(model_answers)))
            if model_answers:
                observing.current().conclude(Outcome.ANSWERED)
        except Exception as error:
            if ends_early and await self._unwanted.has(claim):
                raise asyncio.CancelledError from error
            await self._after_failure(claim, leading(error))

    def _beside(self, claim: Claim) -> Renewal:
        """Return what is renewed with the lease."""
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
        """End a turn that somebody does not want any more."""
        try:
            if self._unwanted.is_withdrawn(claim):
                await self._withdraw(claim)
            else:
                log.info("turn.stopped")
                observing.current().conclude(Outcome.STOPPED)
                await self._run_leased(self._runner.stop, claim)
        except asyncio.CancelledError:  # shutting down: the next worker stops it
            await asyncio.shield(self._hand_over(claim))
            raise

    async def _withdraw(self, claim: Claim) -> None:
        """End a turn whose question or thread was deleted: for good, unless we lose it."""
        log.info("turn.withdrawn")
        observing.current().conclude(Outcome.WITHDRAWN)

        async def withdraw() -> None:
            await self._runner.withdraw(claim, await self._unwanted.deleted(claim))

        try:
            async with renewed_lease(self._queue, claim, self._lease):
                await self._settle(withdraw)
        except Exception as error:  # noqa: BLE001 - nobody waits for it any more
            failure = leading(error)
            log.warning("turn.not_cleaned_up", extra={"reason": _reason(failure)})
            if isinstance(failure, StoreUnavailable | TurnLost | TooNew):
                return  # whoever has it once the lease has run out cleans up
        try:
            await self._queue.done(claim)
        except PanelError as error:
            log.warning("turn.left_to_its_lease", extra={"reason": str(error)})

    async def _hand_over(self, claim: Claim) -> None:
        observing.current().conclude(Outcome.HANDED_OVER)
        try:
            await self._queue.hand_over(claim)
        except PanelError as error:  # then the lease runs out by itself
            log.warning("turn.not_handed_over", extra={"reason": str(error)})

    async def _after_failure(self, claim: Claim, error: BaseException) -> None:
        observing.current().know(failure=error)
        try:
            match error:
                case TurnLost():
                    log.info("turn.lost")
                    observing.current().conclude(Outcome.LOST)
                    await self._settle(lambda: self._queue.note_lost(claim))
                    await self._settle_thread(claim)
                case _ if await self._is_gone(claim, error):
                    log.info("turn.thread_gone", extra={"reason": str(error)})
                    await self._withdraw(claim)
                case TooNew():
                    log.error("turn.too_new", extra={"reason": str(error)})
                    await self._settle(lambda: self._queue.hand_over(claim, after=_LEFT_FOR))
                case TryLater() if claim.postponed < len(self._timeouts.turn_retry_delays):
                    log.warning("turn.postponed", extra={"reason": str(error)})
                    await self._postpone(claim, error)
                case _:
                    await self._give_up(claim, error)
        except PanelError as later_error:  # the lease runs out, and the next attempt decides
            log.warning("turn.left_to_its_lease", extra={"reason": str(later_error)})

    async def _is_gone(self, claim: Claim, error: BaseException) -> bool:
        """Whether the turn has failed because, or while, its question or thread was deleted."""
        return isinstance(error, ThreadGone) or await self._unwanted.is_deleted(claim)

    async def _postpone(self, claim: Claim, error: TryLater) -> None:
        observing.current().conclude(Outcome.POSTPONED)
        pause, outage = self._pause(claim, error), isinstance(error, ModelUnavailable)
        if outage and claim.postponed:
            await self._tell_of_delay(claim, error, pause)
        await self._settle(lambda: self._queue.postpone(claim, after=pause, outage=outage))

    async def _tell_of_delay(self, claim: Claim, error: TryLater, pause: float) -> None:
        later = self._timeouts.turn_retry_delays[claim.postponed + 1 :]
        try:
            async with renewed_lease(self._queue, claim, self._lease):
                pauses = list(accumulate((pause, *later)))
                await self._runner.tell_of_delay(claim, error, pauses)
        except Exception as failure:  # noqa: BLE001 - the next try decides what becomes of the turn
            why = _reason(leading(failure))
            log.warning("delay.not_told", extra={"reason": why})

    def _pause(self, claim: Claim, error: TryLater) -> float:
        asked = min(error.after or 0, self._timeouts.longest_turn_delay)
        return max(self._timeouts.turn_retry_delays[claim.postponed], asked)

    async def _give_up(self, claim: Claim, error: BaseException) -> None:
        observing.current().conclude(Outcome.GIVEN_UP)
        expected, reason = isinstance(error, PanelError), _reason(error)
        log.error("turn.given_up", extra={"reason": reason}, exc_info=None if expected else error)
        kills_when_told = claim.deaths > self._timeouts.max_deaths + 1
        if not kills_when_told and not await self._tell_of_giving_up(claim, error):
            await self._withdraw(claim)
            return
        poisoned = isinstance(error, Poisoned)
        await self._settle(lambda: self._queue.bury(claim, reason, poisoned=poisoned))
        if kills_when_told:
            await self._settle_thread(claim)

    async def _settle_thread(self, claim: Claim) -> None:
        """Leave nothing that seems to go on, unless something does: Redis may have been wiped."""
        thread = claim.turn.thread
        try:
            if not await self._queue.busy([thread]):
                await self._runner.settle(thread)
        except Exception as error:  # noqa: BLE001 - it is not our turn any more
            log.warning("turn.not_settled", extra={"reason": _reason(error)})

    async def _tell_of_giving_up(self, claim: Claim, error: BaseException) -> bool:
        """Tell the thread, if it can be told. Returns False if it was deleted."""
        try:
            async with renewed_lease(self._queue, claim, self._lease):
                await self._settle(lambda: self._runner.give_up(claim, error))
        except Exception as failure:  # noqa: BLE001 - however it fails, the turn is put aside
            problem = leading(failure)
            if isinstance(problem, ThreadGone):
                return False
            log.warning("turn.not_told", extra={"reason": _reason(problem)})
        return True

    async def _settle(self, request: Callable[[], Awaitable[None]]) -> None:
        """Make a *request* that ends a claim; while the store is away, for as long as a lease.

        Only one that reads the journal anew each time: what it has noted may be in doubt.
        """
        await retry(request, Backoff(_SETTLING, total=self._lease, endless=True), StoreUnavailable)


def _reason(error: BaseException) -> str:
    """Return what *error* is; in its own words only if they are ours, and hold no content."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, PanelError) else kind
