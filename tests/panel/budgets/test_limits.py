"""How budgets are written, and which of them hold."""

import pytest

from bot.panel.budgets.limits import (
    Level,
    Limit,
    Period,
    Unit,
    Whose,
    applying,
    changed,
    read,
    read_all,
)
from bot.panel.budgets.limits import read_all as limits

PERSON = Limit(Level.PERSON, "", 2_000_000, Unit.MONEY, Period.DAY)


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("person $2/day", PERSON),
        ("Person  2.00 dollars a day", PERSON),
        ("person $0.000001/day", Limit(Level.PERSON, "", 1, Unit.MONEY, Period.DAY)),
        ("workspace 0/month", Limit(Level.WORKSPACE, "", 0)),
        ("channel:c012 5M tokens/month", Limit(Level.CHANNEL, "C012", 5_000_000, Unit.TOKENS)),
        ("expert:legal unlimited", Limit(Level.EXPERT, "legal")),
        ("person:@U012 off", Whose(Level.PERSON, "U012")),
    ],
)
def test_limits_are_read(written, limit):
    assert read(written) == limit
    if isinstance(limit, Limit):
        assert read(str(limit)) == limit


@pytest.mark.parametrize(
    "written",
    ["", "person", "person $2", "person $2/year", "everybody $2/day", "person $-2/day",
     "workspace:T1 $2/day", "person $1e9/day", "person $0.0000001/day", "channel ten tokens/day"],
)  # fmt: skip
def test_what_is_no_limit_is_refused(written):
    with pytest.raises(ValueError, match=r"no|only|too"):
        read(written)


def test_what_a_newer_version_has_written_is_passed_over():
    assert limits("person $2/day, galaxy $9/year") == (PERSON,)


def test_a_change_takes_the_place_of_what_was_said_of_the_same():
    text = changed(changed("", read("person $2/day")), read("person $20/month"))
    assert text == "person $2/day, person $20/month"
    text = changed(changed(text, read("person $3/day")), read("person:U1 unlimited"))
    assert text == "person $20/month, person $3/day, person:U1 unlimited"
    assert changed(text, read("person off")) == "person:U1 unlimited"
    assert changed(text, read("person unlimited")) == "person unlimited, person:U1 unlimited"
    assert changed("person unlimited", read("person $2/day")) == "person $2/day"


def test_what_is_said_of_one_comes_before_what_is_said_of_each():
    own = limits("person:U1 $9/day, channel unlimited, deployment $1/day, expert:tax $1/day")
    defaults = limits("person $2/day, channel:C1 $7/day, channel $5/day, deployment $500/month")
    ids = {
        Level.DEPLOYMENT: ("",),
        Level.WORKSPACE: ("",),
        Level.CHANNEL: ("C1",),
        Level.PERSON: ("U1", "U2"),
        Level.EXPERT: ("legal",),
    }

    assert list(map(str, applying(own, defaults, ids))) == [
        "deployment $500/month",
        "channel:C1 $7/day",
        "person:U1 $9/day",
        "person:U2 $2/day",
    ]
    assert applying(own, (), {Level.CHANNEL: ("C2",)}) == ()


def test_a_bounded_workspace_lowers_what_it_may_spend_and_raises_nothing():
    defaults = read_all("workspace $100/month, person $2/day")
    ids = {Level.WORKSPACE: ("",), Level.PERSON: ("U1",)}

    def bounded(own):
        return sorted(map(str, applying(read_all(own), defaults, ids, is_bounded=True)))

    usual = ["person:U1 $2/day", "workspace $100/month"]
    assert bounded("") == usual
    assert bounded("workspace $200/month") == usual
    assert bounded("workspace unlimited") == usual
    assert bounded("workspace $50/month, person $5/day") == [
        "person:U1 $5/day",
        "workspace $50/month",
    ]
    assert bounded("workspace 5M tokens/day") == [*usual, "workspace 5000000 tokens/day"]
