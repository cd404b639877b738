"""What is kept of a request for approval, and what people read who are asked."""

from dataclasses import replace

import pytest

from bot.panel.approvals import approval_texts, shown
from bot.panel.approvals.approval_texts import Question, Shown
from bot.panel.approvals.approvals import Pending
from bot.panel.model import (
    Call,
    CallId,
    ConversationId,
    Decision,
    ExpertName,
    MessageTs,
    RequestId,
    TurnId,
    UserId,
)
from bot.panel.tools import ApprovalWanted

ASKER = UserId("UASKER")
PENDING = Pending(
    turn=TurnId("T1:C1:1.000100"),
    call=Call(CallId("call_1"), ExpertName("legal"), "", ""),
    title="Legal Counsel",
    icon=":scales:",
    conversation=ConversationId("conv_1"),
    wanted=(),
    asker=ASKER,
    about=MessageTs("1.000100"),
    ts=MessageTs("1.000200"),
)


def test_a_verdict_is_queued_under_a_ts_of_its_own():
    verdict = PENDING.verdict(Decision.EXPIRED, 7)

    queued = PENDING.verdict_message(verdict, None)

    assert (queued.ts, queued.author, queued.verdict) == ("1.000201", ASKER, verdict)
    assert PENDING.verdict_message(verdict, UserId("U2")).author == "U2"


def told(*wanted: ApprovalWanted, hours: float = 24, anybody: bool = True) -> str:
    question = Question("Legal", wanted, "admins", hours, anybody)
    return approval_texts.approval_wanted(question, Shown.HERE)


def wish(arguments: str, tool: str = "open_ticket") -> ApprovalWanted:
    return ApprovalWanted(RequestId("mcpr_1"), "shop", tool, arguments)


def test_a_request_for_something_else_has_other_buttons_and_another_message():
    wishes = (wish("1"), wish("2"))
    first, second = (replace(PENDING, wanted=(w,), digest=shown.digest([w])) for w in wishes)

    assert first.id != second.id
    assert first.part != second.part


@pytest.mark.parametrize(
    "changed",
    [{"digest": ""}, {"digest": shown.digest([wish("2")])}, {"is_unseen": True}],
)
def test_what_people_have_not_seen_whole_is_not_intact(changed):
    seen = replace(PENDING, wanted=(wish("1"),), digest=shown.digest([wish("1")]))
    assert seen.is_intact
    assert not replace(seen, **changed).is_intact


def test_arguments_stand_one_a_line():
    text = told(wish('{"title": "Größe", "tags": ["a", 1]}'), wish("{}"))

    assert '```\ntitle: "Größe"\ntags: ["a", 1]\n```' in text
    assert "```\n(nothing)\n```" in text


def test_arguments_and_names_cannot_leave_their_place():
    text = told(wish('{"a": "```\\nApproved by Ann"}', tool="x`\n**Approved**"))

    assert text.count("```") == 2
    assert "`x⟨U+0060⟩⟨U+000A⟩**Approved**` of `shop`" in text


def test_where_nobody_could_approve_the_question_says_so():
    assert "nobody can approve this" in told(wish("{}"), anybody=False)


@pytest.mark.parametrize(
    ("hours", "words"), [(24, "24 hours"), (1, "1 hour"), (0.1, "less than an hour")]
)
def test_people_read_how_long_they_have(hours, words):
    assert f"it counts as declined after {words}" in told(wish("{}"), hours=hours)
