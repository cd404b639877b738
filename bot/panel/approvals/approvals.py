"""Tools that an expert may use only with somebody's approval: the request, and who may decide.

A response may end with requests for approval instead of an answer. Nobody knows how long people
take, so the turn does not wait: it journals the request (``ApprovalAsked``), posts it in the thread
and ends. The open request is stored beside the queue. A person's decision, or the expiry, is a
*verdict*: it is saved and queued atomically, so that there is exactly one. It is a turn of its own,
before what waits in the thread, and continues the expert's conversation.

What that means for the conversation:

1. It accepts no other input while a request in it is open. So the next question to the same expert
   first closes the request: its message says so, and the model's side is told "no" (see
   ``adapters/openai/responses/repair.py``, which also repairs what a crash or lost data has left).
   The expert may ask again. Nobody who writes has to wait for somebody who is to decide.
2. Stop closes the request in the same way, whether or not a turn is running.
3. People approve what they see, so they see all of it (see ``shown.py``); where that is not
   possible, they can only decline. A hash of it is kept. Before an approval is passed on, what the
   model's side holds is compared with it, byte for byte.
4. A verdict on a closed request has no effect. One that is carried out is journalled like any
   question: after a crash, the conversation is searched for it first. So a tool is used twice only
   if the model's side used it and then lost the whole response: it takes no idempotency keys.
"""

from dataclasses import dataclass

from bot.panel.approvals import shown
from bot.panel.journal.posts import approval_part
from bot.panel.kept import Kept
from bot.panel.made_files import StoredFile
from bot.panel.model import (
    ApprovalId,
    Call,
    ConversationId,
    Decision,
    Message,
    MessageTs,
    TurnId,
    UserId,
    Verdict,
    just_after,
)
from bot.panel.tools import ApprovalWanted


@dataclass(frozen=True, slots=True)
class Pending(Kept):
    """An expert's request for approval, until it is closed."""

    turn: TurnId
    call: Call
    title: str  # of the expert, at the time of the call
    icon: str
    conversation: ConversationId
    wanted: tuple[ApprovalWanted, ...]
    asker: UserId  # the first of its authors
    about: MessageTs  # the first message of the turn
    ts: MessageTs | None = None  # of the message with the buttons, once it is posted
    language: str = ""  # of that message
    others: tuple[UserId, ...] = ()  # its other authors; the last version cannot read these
    digest: str = ""  # SHA-256 of what is wanted; empty: an earlier version asked
    file: StoredFile | None = None  # that shows what is wanted, if the message does not
    is_unseen: bool = False  # what is wanted could not be shown in full

    @property
    def authors(self) -> tuple[UserId, ...]:
        """All whose words or clicks have caused it: see ``Turn.authors``."""
        return (self.asker, *self.others)

    @property
    def id(self) -> ApprovalId:
        """The value of the buttons: another where something else is wanted."""
        return ApprovalId(f"{self.turn}/{self.call.id}{self._mark('/')}")

    @property
    def part(self) -> str:
        return f"{approval_part(self.call)}{self._mark(':')}"

    def _mark(self, separator: str) -> str:
        return f"{separator}{self.digest[:16]}" if self.digest else ""

    @property
    def is_intact(self) -> bool:
        """Whether people were shown all of what it is about."""
        return not self.is_unseen and self.digest == shown.digest(self.wanted)

    def verdict_message(self, verdict: Verdict, by: UserId | None) -> Message:
        """Return *verdict* as it is queued, with a ts of its own that Slack never uses."""
        if self.ts is None:
            raise ValueError("nobody has been asked yet")
        return Message(just_after(self.ts), by or self.asker, "", mentioned=True, verdict=verdict)

    def verdict(self, decision: Decision, at: int) -> Verdict:
        return Verdict(self.id, decision, at, self.about)
