"""Which item answers which, on servers whose ids repeat."""

from bot.panel.language_model.conversations.pairing import answers, new_answers, without_strays
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.model import CallId, RequestId
from bot.panel.tools import ApprovalWanted

QUESTION = UserSaid("May we?")
CALL = ToolCalled(CallId("call_0"), "consult_legal", {})
OTHER = ToolCalled(CallId("call_1"), "consult_finance", {})
WANTED = ApprovalWanted(RequestId("mcpr_0"), "crm", "delete", "{}")
GIVEN = ApprovalGiven(RequestId("mcpr_0"), True, "Ann approves of it.")


def told(text, call=CALL):
    return ToolAnswered(call.call_id, text)


def test_an_answer_belongs_to_the_call_before_it():
    items = [QUESTION, CALL, OTHER, told("Yes."), QUESTION, CALL, told("No.")]
    assert answers(items) == {1: 3, 5: 6}


def test_an_answer_leaves_older_calls_of_its_id_open():
    assert answers([CALL, QUESTION, CALL, told("Yes.")]) == {2: 3}


def test_calls_of_one_response_that_share_an_id_have_an_answer_each():
    assert set(answers([CALL, CALL, told("Yes."), told("No.")])) == {0, 1}


def test_calls_and_requests_of_the_same_id_are_different_things():
    wanted = ApprovalWanted(RequestId("call_0"), "crm", "delete", "{}")
    assert answers([wanted, told("Yes.")]) == {}


def test_an_output_without_its_call_is_a_stray_even_if_the_id_was_used_before():
    items = [CALL, told("Yes."), told("A leftover."), QUESTION]
    assert without_strays(items) == [CALL, told("Yes."), QUESTION]


def test_an_output_is_new_where_its_id_was_answered_in_an_earlier_response():
    stored = [QUESTION, CALL, told(ABORTED), CALL]
    assert new_answers([told("Yes.")], stored) == [0]


def test_an_output_that_is_there_is_not_new_though_its_id_is_called_again():
    stored = [QUESTION, CALL, told("Nobody has that name."), CALL]
    assert new_answers([told("Nobody has that name.")], stored) == []
    assert new_answers([told("Nobody has that name."), told("Yes.")], stored) == [1]


def test_nothing_is_new_of_what_somebody_else_has_answered():
    assert new_answers([told("Yes.")], [QUESTION, CALL, told(ABORTED)]) == []
    assert new_answers([told("Yes.")], [QUESTION, told("As the server tells it.")]) == []


def test_a_decision_on_a_request_whose_id_repeats_is_new():
    assert new_answers([GIVEN], [QUESTION, WANTED, GIVEN]) == []
    assert new_answers([GIVEN, GIVEN], [QUESTION, WANTED, GIVEN, WANTED]) == [1]
