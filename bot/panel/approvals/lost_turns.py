"""What threads show of turns of which nothing is left, as after Redis was wiped in the middle."""

import logging

from bot.panel.approvals.approval_store import ApprovalStore
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.messenger import Messenger
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import Decision, MessageTs, ThreadRef, TurnId

log = logging.getLogger(__name__)


class LostTurns:
    """Ends what seems to go on in a thread, or to be asked, but does not."""

    def __init__(self, messenger: Messenger, approvals: ApprovalStore, outbox: Outbox) -> None:
        self._messenger = messenger
        self._approvals = approvals
        self._outbox = outbox

    async def settle(
        self, thread: ThreadRef, *, besides: TurnId | None = None, until: MessageTs | None = None
    ) -> None:
        """Do so in *thread*, where no turn runs *besides* this one; if it fails, only log it.

        Where another turn may begin meanwhile, nothing newer than *until* is touched.
        """
        try:
            await self.settle_surely(thread, besides=besides, until=until)
        except MessengerUnavailable as error:
            log.warning("turn.not_settled", extra={"reason": str(error)})

    async def settle_surely(
        self, thread: ThreadRef, *, besides: TurnId | None = None, until: MessageTs | None = None
    ) -> None:
        """Do the same, but raise MessengerUnavailable for another try: it will not come again."""
        waiting = [pending.id for pending in await self._approvals.pending(thread)]
        try:
            for state in await self._messenger.settled(thread, besides, until, waiting):
                log.info("turn.settled", extra={"slack_thread": thread.place, "about": state.about})
                await self._outbox.put(state)
        except MessengerRefused as error:
            log.warning("turn.not_settled", extra={"reason": str(error)})

    async def close_ended(self, record: TurnRecord) -> None:
        """Close requests of the thread that have ended in Slack: the store was set back since.

        The one that the turn decides on may have been ended by an earlier attempt at it. Raises as
        stores and messengers do.
        """
        thread, verdict = record.turn.thread, record.turn.verdict
        is_own = verdict and (record.has_begun or verdict.decision is not Decision.EXPIRED)
        own = verdict.approval if verdict and is_own else None
        pending = [one for one in await self._approvals.pending(thread) if one.id != own]
        asked = {one.ts: one.id for one in pending if one.ts}
        for ts in await self._messenger.ended_requests(thread, asked) if asked else ():
            log.info("approval.ended_before", extra={"approval": asked[ts]})
            await self._approvals.close(record.claim, asked[ts])
