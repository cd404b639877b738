"""Tools that an expert may use only if somebody approves: what is asked, and who may decide.

How it goes. A response may end in requests for approval instead of an answer. Nobody knows how
long people take, so the turn does not wait: it journals what the expert wants (``ApprovalAsked``),
asks in the thread with a message under it, and is answered and closed for the rest. What is asked
is kept beside the queue. Whoever decides, and the clock that lets the time run out, puts a
*verdict* on the queue in the same step that notes it, so that there is one and it is not lost; it
is a turn of its own, before what waits in the thread, and goes on with the expert's conversation.

What that means for a conversation:

1. It hears nothing else while a request in it is unanswered. So whatever is asked of the same
   expert first ends the matter: the message says so, and the model's side is told "no" (see
   ``adapters/openai/responses/repair.py``, which also mends what a crash, or lost memory, has
   left). The expert may ask again. People who write on never wait for people who think.
2. Stop ends the matter like that, too, whether or not a turn is under way.
3. A verdict whose matter has ended changes nothing. One that is carried out is journalled like
   any question: repeated after a crash, it is looked for in the conversation first. So a tool is
   used twice only if the model's side used it and then lost the whole response: it takes no
   idempotency keys.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.panel.approvals import approval_texts
from bot.panel.model import (
    ApprovalId,
    Call,
    ConversationId,
    Decision,
    Message,
    MessageTs,
    Person,
    Role,
    TurnId,
    UserId,
    Verdict,
)
from bot.panel.tools import ApprovalWanted


@dataclass(frozen=True, slots=True)
class Pending:
    """What an expert wants to do, until it is settled."""

    turn: TurnId
    call: Call
    title: str  # of the expert, as it was asked
    icon: str
    conversation: ConversationId
    wanted: tuple[ApprovalWanted, ...]
    asker: UserId  # of the question
    about: MessageTs  # the first message of the turn
    ts: MessageTs | None = None  # of the message with the buttons, once it is there
    language: str = ""  # in which people are asked

    @property
    def id(self) -> ApprovalId:
        """What the buttons hold."""
        return ApprovalId(f"{self.turn}/{self.call.id}")

    @property
    def part(self) -> str:
        """Which message of its turn it is."""
        return part_of(self.call)

    def decided(self, verdict: Verdict, by: UserId | None) -> Message:
        """Return *verdict* as it is queued. There is only one: Slack has no such ts besides."""
        if self.ts is None:
            raise ValueError("nobody has been asked yet")
        seconds, _, fraction = self.ts.partition(".")
        ts = MessageTs(f"{seconds}.{(int(fraction or 0) + 1) % 1_000_000:06}")
        return Message(ts, by or self.asker, "", mentioned=True, verdict=verdict)

    def verdict(self, decision: Decision, at: int) -> Verdict:
        """Return that *decision* as a verdict."""
        return Verdict(self.id, decision, at, self.about)


def part_of(call: Call) -> str:
    """Return which message of a turn asks about *call*."""
    return f"approval:{call.id}"


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may decide. People of other organisations never may."""

    asker: bool = True  # whoever asked the question
    anyone: bool = False
    admins: bool = True  # of the workspace, and of the panel
    users: frozenset[UserId] = frozenset()
    groups: frozenset[str] = frozenset()  # ids of Slack's user groups

    def include(self, person: Person, pending: Pending, groups: Collection[str] = ()) -> bool:
        """Whether *person*, a member of those of our *groups*, may decide."""
        if person.role is Role.STRANGER:
            return False
        is_asker = self.asker and person.id == pending.asker
        is_admin = self.admins and person.role is Role.ADMIN
        named = person.id in self.users or any(group in self.groups for group in groups)
        return self.anyone or is_asker or is_admin or named

    def described(self) -> str:
        """Return who they are, as the end of a sentence."""
        named = bool(self.users or self.groups)
        return approval_texts.may_decide(
            anyone=self.anyone, asker=self.asker, admins=self.admins, named=named
        )


def approvers(words: Collection[str]) -> Approvers:
    """Return who *words* name: asker, anyone, admins, and ids of people and groups."""
    ids = set(words) - {"asker", "anyone", "admins"}
    return Approvers(
        asker="asker" in words,
        anyone="anyone" in words,
        admins="admins" in words,
        users=frozenset(UserId(id_) for id_ in ids if not id_.startswith("S")),
        groups=frozenset(id_ for id_ in ids if id_.startswith("S")),
    )
