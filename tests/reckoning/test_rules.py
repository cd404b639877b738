"""Rules of the reckoning that no day has shown yet, or that one has shown to be wrong."""

from tests.reckoning.records import Question, Said
from tests.reckoning.rules import answered

TURN = "T1:C1:5.0"
FAILED = Said(TURN, "reply:call_1:0", "", "dates", (), failed=True)
SUMMED_UP = Said(TURN, "synthesis:0", "", "", (6, 7), failed=False)


def asked(number: int, ts: str) -> Question:
    return Question(number, "C1", "1.0", ts, ("dates",))


def test_a_question_that_was_overtaken_is_of_the_turn_that_names_it():
    said = [Said("T1:C1:1.0", "router:0", "", "", (5,), failed=False), FAILED, SUMMED_UP]

    assert list(answered(said, [asked(6, "4.0")], lost={5})) == []
    assert list(answered(said, [asked(8, "4.5")], lost={5})) == ["Q8 is answered 0 times by dates"]
