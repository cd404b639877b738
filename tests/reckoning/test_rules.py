"""Rules of the reckoning that no day has shown yet, or that one has shown to be wrong."""

from dataclasses import replace

import pytest

from tests.reckoning.records import Offer, Question, Said
from tests.reckoning.rules import answered, chosen

TURN = "T1:C1:5.0"
FAILED = Said(TURN, "reply:call_1:0", "", "dates", (), failed=True)
SUMMED_UP = Said(TURN, "synthesis:0", "", "", (6, 7), failed=False)


def asked(number: int, ts: str) -> Question:
    return Question(number, "C1", "1.0", ts, ("dates",))


def test_a_question_that_was_overtaken_is_of_the_turn_that_names_it():
    said = [Said("T1:C1:1.0", "router:0", "", "", (5,), failed=False), FAILED, SUMMED_UP]

    assert list(answered(said, [asked(6, "4.0")], lost={5})) == []
    assert list(answered(said, [asked(8, "4.5")], lost={5})) == ["Q8 is answered 0 times by dates"]


OFFER = Offer("2.0", "2.1", "1.0", "1.0", [frozenset({"dates"})], is_open=False)
REPLY = Said("T1:C1:2.1", "reply:call_1:0", "", "dates", (6,), failed=False)


@pytest.mark.parametrize(
    ("said", "offer", "wrong"),
    [
        ([REPLY], OFFER, False),
        ([], replace(OFFER, pressed=[], is_open=True), False),
        ([], OFFER, False),
        ([REPLY], replace(OFFER, is_open=True), True),
        ([REPLY], replace(OFFER, pressed=[]), True),
        ([replace(REPLY, speaker="legal")], OFFER, True),
        ([REPLY, replace(REPLY, part="reply:call_2:0")], OFFER, True),
        ([REPLY, replace(REPLY, turn="T1:C1:1.0")], OFFER, True),
        ([replace(REPLY, turn="T1:C1:3.0", numbers=(7,))], replace(OFFER, is_open=True), True),
    ],
)
def test_an_offer_is_answered_once_by_whom_one_has_chosen_and_then_its_buttons_go(
    said, offer, wrong
):
    assert bool(list(chosen(said, [asked(6, "1.0")], [offer]))) == wrong
