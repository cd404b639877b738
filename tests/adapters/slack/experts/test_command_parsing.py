from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.experts.command_parsing import Order, let_consult, parse, switch

ORDERS = [
    ("", Order("list")),
    ("  ", Order("list")),
    ("list", Order("list")),
    ("help", Order("help")),
    ("add", Order("add")),
    ("add legal", Order("add", "legal")),
    ("ADD  Legal   Counsel ", Order("add", "Legal Counsel")),
    ("show `legal`", Order("show", "legal")),
    ("remove “legal”", Order("remove", "legal")),
    ("documents Legal Counsel", Order("documents", "Legal Counsel")),
    ("synthesis always", Order("synthesis", "always")),
    ("synthesis", Order("synthesis")),
    ("ad legal", Order("ad", "legal")),
    ("budget", Order("budget")),
    ("budget $20/month", Order("budget", "$20/month")),
    ("budget person:<@U0BEN|ben> $2/day", Order("budget", "person:U0BEN $2/day")),
    ("budget channel:<#C012|general> off", Order("budget", "channel:C012 off")),
]


@pytest.mark.parametrize(("written", "subcommand"), ORDERS)
def test_each_subcommand_is_recognised(written, subcommand):
    assert parse(written) == subcommand


@pytest.mark.parametrize(("written", "subcommand"), ORDERS)
def test_the_defaults_know_the_same_subcommands(written, subcommand):
    assert parse(f"default {written}") == replace(subcommand, for_defaults=True)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("add &lt;!channel&gt;", "<!channel>"),  # as Slack escapes it
        ("add <!channel>", "channel"),
        ("add <@U0BEN|ben>", "ben"),
        ("add R&amp;D", "R&D"),
    ],
)
def test_what_slack_escapes_is_read_as_it_was_typed(written, name):
    assert parse(written) == Order("add", name)


@pytest.mark.parametrize(
    ("written", "unfinished"),
    [
        *((word, True) for word in ("teach", "edit", "remove", "find", "handle", 'show ""')),
        ("consults", True),
        ("consults legal", True),
        ("consults legal tax", False),
        ("consults legal nobody", False),
        ("add", False),
        ("edit legal", False),
        ("ad", False),
    ],
)
def test_what_lacks_a_name_is_unfinished(written, unfinished):
    assert parse(written).is_unfinished is unfinished


@pytest.mark.parametrize(
    "text", ["legal tax finance", "legal `tax`, @finance", "legal,tax,,finance"]
)
def test_experts_to_consult_are_listed_in_several_ways(text):
    assert let_consult(text) == ("legal", ["tax", "finance"])


@pytest.mark.parametrize(
    ("text", "wanted"), [("legal on", True), ("legal OFF", False), ("legal", None)]
)
def test_a_handle_is_switched_or_shown(text, wanted):
    assert switch(text) == ("legal", wanted)


@given(st.text())
def test_anything_can_be_written(written):
    assert isinstance(parse(written), Order)
