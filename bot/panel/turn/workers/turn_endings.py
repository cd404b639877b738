"""How a turn's attempt ends, unless the turn is answered."""

import logging
from collections.abc import Awaitable, Callable
from itertools import accumulate

from bot.panel import observing
from bot.panel.errors import (
    ModelUnavailable,
    PanelError,
    Poisoned,
    StoreUnavailable,
    ThreadGone,
    TooNew,
    TryLater,
    TurnLost,
    WorkspaceMoving,
    leading,
)
from bot.panel.intake.lease import renewed_lease
from bot.panel.intake.turn_queue import TurnQueue
from bot.panel.model import Claim
from bot.panel.observing import Outcome
from bot.panel.retries import Backoff, retry
from bot.panel.timeouts import Timeouts
from bot.panel.turn.turn_runner import Runner
from bot.panel.turn.workers.unwanted_turns import UnwantedTurns

log = logging.getLogger(__name__)

_LEFT_FOR = 30.0  # seconds, to workers of a newer version
_SETTLING = (0.2, 0.5, 1.0)  # seconds before each retry of what ends a claim; then the last again


class TurnEndings:
    """Ends the claims of a worker's turns, each of which it has for *lease* seconds."""

    def __init__(
        self,
        queue: TurnQueue,
        runner: Runner,
        unwanted: UnwantedTurns,
        timeouts: Timeouts,
        lease: float,
    ) -> None:
        self._queue = queue
        self._runner = runner
        self._unwanted = unwanted
        self._timeouts = timeouts
        self._lease = lease

    async def after_failure(self, claim: Claim, error: BaseException) -> None:
        """Postpone a turn that has failed, give it up, or leave it to whoever has it now."""
        observing.current().know(failure=error)
        try:
            match error:
                case TurnLost():
                    log.info("turn.lost")
                    observing.current().conclude(Outcome.LOST)
                    await self.settle(lambda: self._queue.note_lost(claim))
                    await self._settle_thread(claim)
                case _ if await self._is_gone(claim, error):
                    log.info("turn.thread_gone", extra={"reason": str(error)})
                    await self.withdraw(claim)
                case TooNew():
                    log.error("turn.too_new", extra={"reason": str(error)})
                    await self.settle(lambda: self._queue.hand_over(claim, after=_LEFT_FOR))
                case TryLater() if await self._may_wait(claim, error):
                    log.warning("turn.postponed", extra={"reason": str(error)})
                    await self._postpone(claim, error)
                case _:
                    await self._give_up(claim, error)
        except PanelError as later_error:  # the lease runs out, and the next attempt decides
            log.warning("turn.left_to_its_lease", extra={"reason": str(later_error)})

    async def withdraw(self, claim: Claim) -> None:
        """End a turn whose question or thread was deleted: for good, unless we lose it."""
        log.info("turn.withdrawn")
        observing.current().conclude(Outcome.WITHDRAWN)

        async def withdraw() -> None:
            await self._runner.withdraw(claim, await self._unwanted.deleted(claim))

        try:
            async with renewed_lease(self._queue, claim, self._lease):
                await self.settle(withdraw)
        except Exception as error:  # noqa: BLE001 - nobody waits for it any more
            failure = leading(error)
            log.warning("turn.not_cleaned_up", extra={"reason": _reason(failure)})
            if isinstance(failure, StoreUnavailable | TurnLost | TooNew):
                return  # whoever has it once the lease has run out cleans up
        try:
            await self._queue.done(claim)
        except PanelError as error:
            log.warning("turn.left_to_its_lease", extra={"reason": str(error)})

    async def hand_over(self, claim: Claim) -> None:
        """Let another worker have a turn at once."""
        observing.current().conclude(Outcome.HANDED_OVER)
        try:
            await self._queue.hand_over(claim)
        except PanelError as error:  # then the lease runs out by itself
            log.warning("turn.not_handed_over", extra={"reason": str(error)})

    async def settle(self, request: Callable[[], Awaitable[None]]) -> None:
        """Make a *request* that ends a claim; while the store is away, for as long as a lease.

        Only one that reads the journal anew each time: what it has noted may be in doubt.
        """
        await retry(request, Backoff(_SETTLING, total=self._lease, endless=True), StoreUnavailable)

    async def _is_gone(self, claim: Claim, error: BaseException) -> bool:
        return isinstance(error, ThreadGone) or await self._unwanted.is_deleted(claim)

    async def _postpone(self, claim: Claim, error: TryLater) -> None:
        observing.current().conclude(Outcome.POSTPONED)
        pause, outage = self._pause(claim, error), isinstance(error, ModelUnavailable)
        if outage and claim.postponed:
            await self._tell_of_delay(claim, error, pause)
        await self.settle(lambda: self._queue.postpone(claim, after=pause, outage=outage))

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
        return max(self._timeouts.turn_retry_delays[: claim.postponed + 1][-1], asked)

    async def _may_wait(self, claim: Claim, error: TryLater) -> bool:
        """Whether it is tried again: some times, or until it is stopped or its workspace moved."""
        delays = self._timeouts.turn_retry_delays
        if claim.postponed < len(delays) or not delays:
            return claim.postponed < len(delays)
        return isinstance(error, WorkspaceMoving) or await self._unwanted.has(claim)

    async def _give_up(self, claim: Claim, error: BaseException) -> None:
        observing.current().conclude(Outcome.GIVEN_UP)
        expected, reason = isinstance(error, PanelError), _reason(error)
        log.error("turn.given_up", extra={"reason": reason}, exc_info=None if expected else error)
        kills_when_told = claim.deaths > self._timeouts.max_deaths + 1
        if not kills_when_told and not await self._tell_of_giving_up(claim, error):
            await self.withdraw(claim)
            return
        poisoned = isinstance(error, Poisoned)
        await self.settle(lambda: self._queue.bury(claim, reason, poisoned=poisoned))
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
                await self.settle(lambda: self._runner.give_up(claim, error))
        except Exception as failure:  # noqa: BLE001 - however it fails, the turn is put aside
            problem = leading(failure)
            if isinstance(problem, ThreadGone):
                return False
            log.warning("turn.not_told", extra={"reason": _reason(problem)})
        return True


def _reason(error: BaseException) -> str:
    """Return what *error* is; in its own words only if they are ours, and hold no content."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, PanelError) else kind
