"""Sending last states: one after the other, at the pace that Slack allows, until each is shown."""

import asyncio
import logging

from bot.panel.errors import MessengerRefused, PanelError, StoreUnavailable, TryLater, TurnLost
from bot.panel.intake.lease import renewed_outgoing
from bot.panel.loops import forever
from bot.panel.messaging.messenger import StateSender
from bot.panel.messaging.outbox import Outbox, Outgoing

log = logging.getLogger(__name__)

_PAUSES = (1.0, 5.0, 15.0, 60.0, 300.0)  # seconds, after each failed try; then the last again


class OutboxWorker:
    """Takes last states out of the outbox, for *lease* seconds each; any number may run."""

    def __init__(self, outbox: Outbox, messenger: StateSender, *, lease: float = 15) -> None:
        self._outbox = outbox
        self._messenger = messenger
        self._lease = lease

    async def run(self) -> None:
        """Send until cancelled; what is being sent then is left to the next sender at once."""
        await forever(self._send_next, "outbox.unavailable")

    async def _send_next(self) -> None:
        outgoing = await self._outbox.claim()
        name = f"last state {outgoing.state.about}"
        # A task of its own: it stays bound to the lease.
        await asyncio.create_task(self._send(outgoing), name=name)

    async def _send(self, outgoing: Outgoing) -> None:
        try:
            await self._send_leased(outgoing)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(outgoing))
            raise

    async def _send_leased(self, outgoing: Outgoing) -> None:
        try:
            async with renewed_outgoing(self._outbox, outgoing, self._lease):
                await self._show(outgoing)
        except* (TurnLost, StoreUnavailable) as errors:  # the lease ends by itself
            reason = ", ".join(str(error) for error in errors.exceptions)
            extra = {"about": outgoing.state.about, "reason": reason}
            log.warning("last_state.left_to_its_lease", extra=extra)

    async def _show(self, outgoing: Outgoing) -> None:
        extra = {"about": outgoing.state.about, "channel": outgoing.state.thread.channel_id}
        try:
            await self._messenger.send(outgoing.state)
        except MessengerRefused as error:
            log.warning("last_state.refused", extra=extra | {"reason": error.code})
        except (TurnLost, StoreUnavailable):
            raise
        except TryLater as error:
            log.info("last_state.postponed", extra=extra | {"reason": str(error)})
            pause = _PAUSES[min(outgoing.failed, len(_PAUSES) - 1)]
            await self._outbox.postpone(outgoing, after=max(pause, error.after or 0))
            return
        except Exception:  # the border: one state must not stop the others
            log.exception("last_state.broken", extra=extra)
        await self._outbox.sent(outgoing)

    async def _give_back(self, outgoing: Outgoing) -> None:
        try:
            await self._outbox.postpone(outgoing, after=0, failed=False)
        except PanelError as error:  # then the lease runs out by itself
            log.warning("last_state.not_given_back", extra={"reason": str(error)})
