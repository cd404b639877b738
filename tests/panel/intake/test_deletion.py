"""Which turns a deletion ends."""

import pytest

from bot.panel.intake.turn_queue import is_withdrawn, messages_of
from bot.panel.model import (
    ApprovalId,
    Decision,
    Message,
    MessageTs,
    Steer,
    ThreadRef,
    Turn,
    UserId,
    Verdict,
    Wish,
)

THREAD = ThreadRef("T1", "C1", "1.0")
ADA = UserId("U1")
ABOUT = MessageTs("2.0")
AGAIN = Message(
    MessageTs("9.0"), ADA, "", mentioned=True, steer=Steer(Wish.AGAIN, ABOUT, MessageTs("3.0"))
)
APPROVED = Message(
    MessageTs("9.0"), ADA, "", verdict=Verdict(ApprovalId("a"), Decision.APPROVED, 0, about=ABOUT)
)


def said(ts: str, *, mentioned: bool = False) -> Message:
    return Message(MessageTs(ts), ADA, "hello", mentioned)


@pytest.mark.parametrize(
    ("messages", "deleted", "ends"),
    [
        ([said("2.0")], set(), False),
        ([said("2.0")], {"2.0"}, True),
        ([said("2.0"), said("3.0")], {"2.0"}, False),
        ([said("2.0"), said("3.0")], {"3.0"}, False),
        ([said("2.0"), said("3.0")], {"2.0", "3.0"}, True),
        ([said("2.0", mentioned=True), said("3.0")], {"2.0"}, True),
        ([said("2.0", mentioned=True), said("3.0")], {"3.0"}, False),
        ([said("2.0", mentioned=True), said("3.0", mentioned=True)], {"2.0"}, False),
        ([said("1.0", mentioned=True), said("3.0", mentioned=True)], {"1.0"}, True),
        ([AGAIN], {ABOUT}, True),
        ([APPROVED], {ABOUT}, True),
        ([AGAIN], set(), False),
    ],
)
def test_a_turn_ends_when_nothing_that_asks_is_left_of_it(messages, deleted, ends):
    turn = Turn.of(THREAD, messages)

    assert is_withdrawn(turn, deleted) is ends
    assert deleted <= messages_of(turn)
