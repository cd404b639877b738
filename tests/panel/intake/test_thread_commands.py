import pytest

from bot.panel.intake.thread_commands import (
    AddExpert,
    ListExperts,
    Mute,
    RemoveExpert,
    ShowHelp,
    Unmute,
    parse,
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("add legal", AddExpert("legal")),
        ("Add  Legal.", AddExpert("legal")),
        ("remove legal", RemoveExpert("legal")),
        ("add `legal`", AddExpert("legal")),
        ("remove “legal”.", RemoveExpert("legal")),
        ("experts", ListExperts()),
        (" Help! ", ShowHelp()),
        ("mute", Mute()),
        ("unmute", Unmute()),
    ],
)
def test_commands_are_recognised(text, command):
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    ["", "help me with this contract", "add legal and finance", "experts say so", "mute it", "🙂"],
)
def test_a_sentence_that_begins_like_a_command_is_a_question(text):
    assert parse(text) is None
