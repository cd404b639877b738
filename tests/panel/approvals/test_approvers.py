"""Who may decide on the use of a tool."""

import pytest

from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approvals import Pending
from bot.panel.approvals.approvers import Approvers, named
from bot.panel.messaging.people import Person, Role
from bot.panel.model import (
    Call,
    CallId,
    ConversationId,
    ExpertName,
    MessageTs,
    RequestId,
    TurnId,
    UserId,
)
from bot.panel.tools import ApprovalWanted, McpServer, Toolbox
from tests.fakes.people import FakePeople

ASKER, OTHER = UserId("UASKER"), UserId("UOTHER")
ADA, BEN, GUS, SAM = map(UserId, ("UADMIN", "UMEMBER", "UGUEST", "USTRANGER"))  # see FakePeople


def person(name: str, role: Role = Role.MEMBER) -> Person:
    return Person(UserId(name), name, role)


@pytest.mark.parametrize(
    ("words", "who", "may"),
    [
        ("asker", person("UASKER"), True),
        ("asker", person("UASKER", Role.GUEST), False),
        ("asker", person("UASKER", Role.STRANGER), False),
        ("asker", person("UADMIN", Role.ADMIN), False),
        ("admins", person("UADMIN", Role.ADMIN), True),
        ("admins", person("UASKER"), False),
        ("anyone", person("UOTHER"), True),
        ("anyone", person("UOTHER", Role.GUEST), False),
        ("anyone", person("UOTHER", Role.STRANGER), False),
        ("UOTHER", person("UOTHER"), True),
        ("UOTHER", person("UOTHER", Role.GUEST), True),
        ("UOTHER", person("UOTHER", Role.STRANGER), True),
        ("UOTHER", person("UASKER"), False),
        ("S1", person("UBUYER"), True),
        ("S1", person("UBUYER", Role.GUEST), False),
        ("S1", person("UBUYER", Role.STRANGER), False),
        ("S2", person("UBUYER"), False),
        ("S1 admins", person("UADMIN", Role.ADMIN), True),
    ],
)
def test_only_those_who_were_named_may_decide(words, who, may):
    groups = {"S1"} if who.id == "UBUYER" else ()

    assert named(words.split()).include(who, (ASKER,), groups) is may


@pytest.mark.parametrize("words", ["asker", "anyone", "admins", "UASKER", "S1", "asker admins"])
def test_where_it_is_not_for_the_asker_no_role_helps(words):
    approvers = Approvers(not_the_asker=True)
    asker = person("UASKER", Role.ADMIN)

    assert not approvers.include(asker, (OTHER, ASKER), {"S1"})


def test_of_several_authors_none_is_the_asker():
    assert not named(["asker"]).include(person("UASKER"), (ASKER, OTHER))
    assert named(["asker", "anyone"]).include(person("UASKER"), (ASKER, OTHER))


@pytest.mark.parametrize(
    ("words", "askers", "described"),
    [
        ("asker admins", (ASKER,), "whoever asked and admins"),
        ("asker admins", (ASKER, OTHER), "admins"),
        ("anyone asker", (ASKER,), "every member here"),
        ("admins U1 S1", (ASKER,), "admins and people named for it"),
        ("asker", (ASKER, OTHER), "nobody"),
    ],
)
def test_people_read_who_may_decide(words, askers, described):
    assert named(words.split()).described(askers) == described


def server(**fields: object) -> McpServer:
    return McpServer("shop", "https://shop.example", "Sells.", **fields)


def pending(*tools: str, askers: tuple[UserId, ...] = (BEN,), label: str = "shop") -> Pending:
    return Pending(
        turn=TurnId("T1:C1:1.000100"),
        call=Call(CallId("call_1"), ExpertName("legal"), "", ""),
        title="Legal Counsel",
        icon=":scales:",
        conversation=ConversationId("conv_1"),
        wanted=tuple(ApprovalWanted(RequestId(one), label, one, "{}") for one in tools),
        asker=askers[0],
        others=askers[1:],
        about=MessageTs("1.000100"),
    )


def rights(usual: str = "asker admins", *, people: FakePeople | None = None, **fields: object):
    toolbox = Toolbox((server(**fields),))
    return ApprovalRights(people or FakePeople(), toolbox, named(usual.split()))


async def test_whoever_asked_may_not_approve_of_what_may_change_something():
    asks_ben = pending("sell")

    assert not await rights().may_decide(BEN, asks_ben)
    assert await rights().may_decide(ADA, asks_ben)
    assert await rights(read_only=("sell",)).may_decide(BEN, asks_ben)
    assert await rights(not_the_asker=False).may_decide(BEN, asks_ben)
    assert not await rights(read_only=("sell",), not_the_asker=("sell",)).may_decide(BEN, asks_ben)
    assert not await rights().may_decide(ADA, pending("sell", askers=(ADA, BEN)))


async def test_a_tool_and_a_server_may_have_approvers_of_their_own():
    own = {"": frozenset({"anyone"}), "sell": frozenset({str(SAM)})}

    assert await rights(approvers=own).may_decide(SAM, pending("sell"))
    assert not await rights(approvers=own).may_decide(ADA, pending("sell"))
    assert await rights(approvers=own).may_decide(ADA, pending("look"))
    assert not await rights(approvers=own).may_decide(GUS, pending("look"))


async def test_whoever_decides_on_several_may_decide_on_each():
    own = {"sell": frozenset({"UADMIN"}), "look": frozenset({"UADMIN", "UMEMBER"})}
    several = pending("sell", "look", askers=(GUS,))

    assert await rights(approvers=own).may_decide(ADA, several)
    assert not await rights(approvers=own).may_decide(BEN, several)


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [(pending("sell", label="other"), {}), (pending("sell"), {"allowed": ("look",)})],
)
async def test_nobody_decides_on_tools_that_are_not_there(wanted, fields):
    assert not await rights(**fields).may_decide(ADA, wanted)


@pytest.mark.parametrize(
    ("usual", "askers", "alone", "anybody"),
    [
        ("asker admins", (BEN,), False, True),
        ("asker admins", (BEN,), True, False),  # in a direct message
        ("asker admins", (ADA,), False, False),  # the only admin
        ("asker admins UMEMBER", (ADA,), False, True),
        ("anyone", (ADA,), False, True),
        ("asker", (BEN,), False, False),
        ("S1", (BEN,), False, True),
        ("S1", (GUS, BEN), False, True),
        ("S2", (BEN,), False, False),
    ],
)
async def test_it_is_known_whether_anybody_could_decide(usual, askers, alone, anybody):
    people = FakePeople()
    people.members = {"S1": (BEN, ADA), "S2": (BEN,)}

    found = await rights(usual, people=people).anybody_may(
        pending("sell", askers=askers), alone=alone
    )

    assert found is anybody
