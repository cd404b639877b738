"""Sending last states: one after the other, at the pace that Slack allows, until each is shown.

Where one process serves many workspaces, it sends to several at once, one after the other to each:
the pace of one is not that of others.
"""

import asyncio
import logging

from bot.panel.errors import MessengerRefused, PanelError, StoreUnavailable, TryLater, TurnLost
from bot.panel.intake.lease import renewed_outgoing
from bot.panel.loops import forever
from bot.panel.messaging.messenger import StateSender
from bot.panel.messaging.outbox import Outbox, Outgoing

log = logging.getLogger(__name__)

WORKSPACES_AT_ONCE = 50  # to which one process sends, where there are many
_PAUSES = (1.0, 5.0, 15.0, 60.0, 300.0)  # seconds, after each failed try; then the last again


class OutboxWorker:
    """Sends last states, *at_once* to so many workspaces; has each for *lease* seconds."""

    def __init__(
        self, outbox: Outbox, messenger: StateSender, *, lease: float = 15, at_once: int = 1
    ) -> None:
        self._outbox = outbox
        self._messenger = messenger
        self._lease = lease
        self._at_once = at_once
        self._claiming = asyncio.Lock()
        self._busy: set[str] = set()  # workspaces to which something is being sent

    async def run(self) -> None:
        """Send until cancelled; what is being sent then is left to the next sender at once."""
        async with asyncio.TaskGroup() as senders:
            for _ in range(self._at_once):
                senders.create_task(forever(self._send_next, "outbox.unavailable"))

    async def _send_next(self) -> None:
        async with self._claiming:
            outgoing = await self._outbox.claim(self._busy)
            self._busy.add(outgoing.state.thread.team_id)
        name = f"last state {outgoing.state.about}"
        try:
            # A task of its own: it stays bound to the lease.
            await asyncio.create_task(self._send(outgoing), name=name)
        finally:
            self._busy.discard(outgoing.state.thread.team_id)

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
