"""What threads show of turns of which nothing is left, as after Redis was wiped in the middle."""

import logging

from bot.panel.approvals.approval_store import ApprovalStore
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.messaging.messenger import Messenger
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import MessageTs, ThreadRef, TurnId

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
        waiting = [pending.id for pending in await self._approvals.pending(thread)]
        try:
            for state in await self._messenger.settled(thread, besides, until, waiting):
                log.info("turn.settled", extra={"slack_thread": thread.place, "about": state.about})
                await self._outbox.put(state)
        except (MessengerUnavailable, MessengerRefused) as error:
            log.warning("turn.not_settled", extra={"reason": str(error)})
