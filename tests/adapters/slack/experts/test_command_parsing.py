import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.experts.command_parsing import (
    ChangeSetting,
    LetConsult,
    ListExperts,
    NotUnderstood,
    Order,
    Plain,
    WithExpert,
    WithText,
    parse,
)
from bot.adapters.slack.experts.panel_settings import STREAMING, SYNTHESIS

ORDERS = [
    ("", ListExperts()),
    ("  ", ListExperts()),
    ("list", ListExperts()),
    ("help", Plain("help")),
    ("add", Plain("add")),
    ("add legal", WithExpert("add", "legal")),
    ("ADD  Legal   Counsel ", WithExpert("add", "Legal Counsel")),
    ("edit legal", WithExpert("edit", "legal")),
    ("show `legal`", WithExpert("show", "legal")),
    ("remove “legal”", WithExpert("remove", "legal")),
    ("teach legal", WithExpert("teach", "legal")),
    ("documents Legal Counsel", WithExpert("documents", "Legal Counsel")),
    ("teach", NotUnderstood("teach", unfinished=True)),
    ("synthesis always", ChangeSetting(SYNTHESIS, "always")),
    ("synthesis", ChangeSetting(SYNTHESIS, "")),
    ("streaming on", ChangeSetting(STREAMING, "on")),
    ("streaming", ChangeSetting(STREAMING, "")),
    ("edit", NotUnderstood("edit", unfinished=True)),
    ("remove", NotUnderstood("remove", unfinished=True)),
    ('show ""', NotUnderstood("show", unfinished=True)),
    ("consults legal tax", LetConsult("legal", ("tax",))),
    ("consults legal `tax`, @finance", LetConsult("legal", ("tax", "finance"))),
    ("consults legal nobody", LetConsult("legal", ())),
    ("consults legal None", LetConsult("legal", ())),
    ("consults legal", NotUnderstood("consults", unfinished=True)),
    ("consults", NotUnderstood("consults", unfinished=True)),
    ("ad legal", NotUnderstood("ad")),
    ("budget", WithText("budget")),
    ("budget $20/month", WithText("budget", "$20/month")),
    ("budget person:<@U0BEN|ben> $2/day", WithText("budget", "person:U0BEN $2/day")),
    ("budget channel:<#C012|general> off", WithText("budget", "channel:C012 off")),
]


@pytest.mark.parametrize(("written", "subcommand"), ORDERS)
def test_each_subcommand_is_recognised(written, subcommand):
    assert parse(written) == Order(subcommand)


@pytest.mark.parametrize(("written", "subcommand"), ORDERS)
def test_the_defaults_know_the_same_subcommands(written, subcommand):
    assert parse(f"default {written}") == Order(subcommand, for_defaults=True)


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
    assert parse(written) == Order(WithExpert("add", name))


@given(st.text())
def test_anything_can_be_written(written):
    assert isinstance(parse(written), Order)
