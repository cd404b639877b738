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
3. A verdict on a closed request has no effect. One that is carried out is journalled like any
   question: after a crash, the conversation is searched for it first. So a tool is used twice only
   if the model's side used it and then lost the whole response: it takes no idempotency keys.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.panel.approvals import approval_texts
from bot.panel.journal.progress import approval_part
from bot.panel.messaging.people import Person, Role
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
class Pending:
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

    @property
    def authors(self) -> tuple[UserId, ...]:
        """All whose words or clicks have caused it: see ``Turn.authors``."""
        return (self.asker, *self.others)

    @property
    def id(self) -> ApprovalId:
        """The value of the buttons."""
        return ApprovalId(f"{self.turn}/{self.call.id}")

    @property
    def part(self) -> str:
        """The part name of its message."""
        return approval_part(self.call)

    def verdict_message(self, verdict: Verdict, by: UserId | None) -> Message:
        """Return *verdict* as it is queued, with a ts of its own that Slack never uses."""
        if self.ts is None:
            raise ValueError("nobody has been asked yet")
        return Message(just_after(self.ts), by or self.asker, "", mentioned=True, verdict=verdict)

    def verdict(self, decision: Decision, at: int) -> Verdict:
        """Return *decision* as a verdict."""
        return Verdict(self.id, decision, at, self.about)


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may decide. People from other organisations never may."""

    asker: bool = True  # whoever asked the question, if nobody else has a part in it
    anyone: bool = False
    admins: bool = True  # of the workspace, and of the panel
    users: frozenset[UserId] = frozenset()
    groups: frozenset[str] = frozenset()  # ids of Slack's user groups

    def include(self, person: Person, pending: Pending, groups: Collection[str] = ()) -> bool:
        """Whether *person*, who is in those *groups*, may decide."""
        if person.role is Role.STRANGER:
            return False
        is_asker = self.asker and pending.authors == (person.id,)
        is_admin = self.admins and person.role is Role.ADMIN
        is_named = person.id in self.users or any(group in self.groups for group in groups)
        return self.anyone or is_asker or is_admin or is_named

    def described(self) -> str:
        """Return who they are, as the end of a sentence."""
        named = bool(self.users or self.groups)
        return approval_texts.may_decide(
            anyone=self.anyone, asker=self.asker, admins=self.admins, named=named
        )


def approvers(words: Collection[str]) -> Approvers:
    """Return the approvers listed in *words*: asker, anyone, admins, ids of people and groups."""
    ids = set(words) - {"asker", "anyone", "admins"}
    return Approvers(
        asker="asker" in words,
        anyone="anyone" in words,
        admins="admins" in words,
        users=frozenset(UserId(id_) for id_ in ids if not id_.startswith("S")),
        groups=frozenset(id_ for id_ in ids if id_.startswith("S")),
    )
