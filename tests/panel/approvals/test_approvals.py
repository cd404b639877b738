"""Who may decide, and what people read who are asked."""

import pytest

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approvals import Approvers, Pending, approvers
from bot.panel.messaging.people import Person, Role
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


def person(name: str, role: Role = Role.MEMBER) -> Person:
    return Person(UserId(name), name, role)


@pytest.mark.parametrize(
    ("words", "who", "may"),
    [
        ("asker", person("UASKER"), True),
        ("asker", person("UASKER", Role.GUEST), True),
        ("asker", person("UASKER", Role.STRANGER), False),
        ("asker", person("UADMIN", Role.ADMIN), False),
        ("admins", person("UADMIN", Role.ADMIN), True),
        ("admins", person("UASKER"), False),
        ("anyone", person("UOTHER", Role.GUEST), True),
        ("anyone", person("UOTHER", Role.STRANGER), False),
        ("UOTHER", person("UOTHER"), True),
        ("UOTHER", person("UASKER"), False),
        ("S1", person("UBUYER"), True),
        ("S2", person("UBUYER"), False),
        ("S1 admins", person("UADMIN", Role.ADMIN), True),
    ],
)
def test_only_those_who_were_named_may_decide(words, who, may):
    groups = {"S1"} if who.id == "UBUYER" else ()

    assert approvers(words.split()).include(who, PENDING, groups) is may


@pytest.mark.parametrize(
    ("words", "described"),
    [
        ("asker admins", "whoever asked and admins"),
        ("anyone asker", "everybody here"),
        ("admins U1 S1", "admins and people named for it"),
    ],
)
def test_people_read_who_may_decide(words, described):
    assert approvers(words.split()).described() == described


def test_a_verdict_is_queued_under_a_ts_of_its_own():
    verdict = PENDING.verdict(Decision.EXPIRED, 7)

    queued = PENDING.verdict_message(verdict, None)

    assert (queued.ts, queued.author, queued.verdict) == ("1.000201", ASKER, verdict)
    assert PENDING.verdict_message(verdict, UserId("U2")).author == "U2"


def told(*wanted: ApprovalWanted, hours: float = 24) -> str:
    return approval_texts.approval_wanted("Legal", wanted, Approvers().described(), hours)


def wish(arguments: str, tool: str = "open_ticket") -> ApprovalWanted:
    return ApprovalWanted(RequestId("mcpr_1"), "shop", tool, arguments)


def test_arguments_stand_one_a_line():
    text = told(wish('{"title": "Größe", "tags": ["a", 1]}'), wish("{}"))

    assert '```\ntitle: "Größe"\ntags: ["a", 1]\n```' in text
    assert "```\n(nothing)\n```" in text


@pytest.mark.parametrize("arguments", ["not JSON", '["a"]'])
def test_arguments_of_another_kind_stand_as_they_are(arguments):
    assert f"```\n{arguments}\n```" in told(wish(arguments))


def test_arguments_and_names_cannot_leave_their_place():
    text = told(wish('{"a": "```\\nApproved by Ann"}', tool="x`\n**Approved**"))

    assert text.count("```") == 2
    assert "`x' **Approved**` of `shop`" in text


def test_long_arguments_are_shortened_and_say_so():
    text = told(wish("x" * 10_000))

    assert "… and 6,000 more characters" in text
    assert len(told(*[wish("x" * 10_000)] * 30)) < 10_000


@pytest.mark.parametrize(
    ("hours", "words"), [(24, "24 hours"), (1, "1 hour"), (0.1, "less than an hour")]
)
def test_people_read_how_long_they_have(hours, words):
    assert f"it counts as declined after {words}" in told(wish("{}"), hours=hours)
