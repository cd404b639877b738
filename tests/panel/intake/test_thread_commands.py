from dataclasses import replace

import pytest

from bot.panel.intake.thread_commands import (
    AddExpert,
    Misspelt,
    PlainCommand,
    RemoveExpert,
    command_of,
    parse,
)
from bot.panel.model import FileId, Message, MessageTs, SharedFile, ThreadRef, Turn, UserId


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("add legal", AddExpert("legal")),
        ("Add  Legal.", AddExpert("legal")),
        ("remove legal", RemoveExpert("legal")),
        ("add `legal`", AddExpert("legal")),
        ("remove “legal”.", RemoveExpert("legal")),
        ("experts", PlainCommand.LIST_EXPERTS),
        (" Help! ", PlainCommand.HELP),
        ("mute", PlainCommand.MUTE),
        ("unmute", PlainCommand.UNMUTE),
    ],
)
def test_commands_are_recognised(text, command):
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hlep", "help"),
        ("*Stopp!*", "stop"),
        ("stpo please", "stop"),
        ("umnute", "unmute"),
        ("expert", "experts"),
        ("exprets", "experts"),
    ],
)
def test_a_slip_of_the_finger_is_nearly_a_command(text, meant):
    command = parse(text)
    assert isinstance(command, Misspelt)
    assert (command.meant, command.is_certain) == (meant, True)


def test_a_misspelt_verb_with_a_name_is_nearly_a_command_if_there_is_such_an_expert():
    assert parse("remvoe Legal") == Misspelt("remvoe", "remove legal", "legal")
    assert parse("ad legal") == Misspelt("ad", "add legal", "legal")


@pytest.mark.parametrize("word", ["step", "shop", "hello", "mite", "exports", "router", "pots"])
def test_other_words_are_questions(word):
    assert parse(word) is None


@pytest.mark.parametrize("verb", ["experts", "help", "mute", "stop", "unmute"])
@pytest.mark.parametrize(
    "way",
    [
        "*{}*",
        "_{}_",
        "~{}~",
        "`{}`",
        "**{}**",
        "“{}”",
        "{}!!",
        "{}?",
        ", {}.",
        "({})",
        "{} please",
        "please   {}",
        "{}, please!",
        "Bitte {}",
        "hey, {} now, thanks",
        "ok, {}, thx!",
        "{} por favor",
        "{}, s'il vous plaît",
        "{}お願いします",
        "请{}",
        "{} 🛑",
        "✋🏽 {}",
        "⏹️ {}",
        ":octagonal_sign: {}",
        "{} :raised_hand::skin-tone-3:",
        "\xa0{}\u202f",
        "\u200b{}",
        "{} {}",
        "{}, {}!",
    ],
)
def test_what_is_around_a_command_does_not_matter(verb, way):
    assert parse(way.format(verb.upper(), verb)) == parse(verb)


@pytest.mark.parametrize(
    ("text", "name", "is_certain"),
    [
        ("*add* legal", "legal", True),
        ("`add legal`", "legal", True),
        ("add @legal, please", "legal", True),
        ("add *Tax Law*", "tax law", True),
        ("add “Tax and Law”", "tax and law", True),
        ("add R&amp;D", "r&d", True),
        ("add C++", "c++", True),
        ("add Tax  Law", "tax law", False),
    ],
)
def test_an_expert_is_named_in_any_way(text, name, is_certain):
    assert parse(text) == AddExpert(name, is_certain)
    assert parse(text.replace("add", "REMOVE")) == RemoveExpert(name, is_certain)


@pytest.mark.parametrize(
    "text", ["```stop```", "```\nstop\n```", "&gt; stop", "> stop", "so?\n&gt; stop", ">>> stop"]
)
def test_what_is_quoted_commands_nothing(text):
    assert parse(text) is None


def test_help_with_a_file_is_a_question():
    turn = Turn.of(
        ThreadRef("T1", "C1", "1.0"),
        [Message(MessageTs("1.0"), UserId("U1"), "help", mentioned=True)],
    )
    with_file = replace(turn.messages[0], files=(SharedFile(FileId("F1"), "a.txt"),))
    with_forward = replace(turn.messages[0], quoted="Nora: it leaks")

    assert command_of(turn) == PlainCommand.HELP
    assert command_of(replace(turn, messages=(with_file,))) is None
    assert command_of(replace(turn, messages=(with_forward,))) is None
    assert (
        command_of(replace(turn, messages=(replace(with_file, text="stop"),))) == PlainCommand.STOP
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "please",
        "help me with this contract",
        "stop the pump from leaking",
        "don't stop",
        "stop <@UBEN>",
        "experts say so",
        "mute it",
        "add legal and finance",
        "add legal, finance",
        "add <@UBEN>",
        "add <https://example.com>",
        "add a paragraph on taxes to it",
        "stop " * 100,
    ],
)
def test_a_sentence_that_begins_like_a_command_is_a_question(text):
    assert parse(text) is None
