"""Names that look like another's are found, whatever they are written with."""

from string import ascii_letters, digits

import pytest

from bot.panel.errors import Refused
from bot.panel.roster import lookalikes
from bot.panel.roster.expert_checks import check_title
from bot.panel.roster.lookalikes import skeleton


@pytest.mark.parametrize(
    ("title", "taken"),
    [
        ("\u0440\u0430\u0443\u0440\u0430l", "Paypal"),
        ("\U0001d400nn Lee", "Ann Lee"),
        ("\uff21\uff2e\uff2e Lee", "Ann Lee"),
        ("\u13aann Lee", "Ann Lee"),
        ("\u0251nn Lee", "Ann Lee"),
        ("Ann Iee", "Ann Lee"),
        ("A n n L e e", "Ann Lee"),
        ("Ann\u2007Lee", "Ann Lee"),
        ("Ann Lee \u2713", "Ann Lee"),
        ("Rnaria", "Maria"),
        ("0leg", "Oleg"),
        ("Chl\u00f6e", "Chloe"),
        ("\u0405lack", "Slack"),
        ("S1ackbot", "Somebody"),
        ("P\u0430nelbot", "Somebody"),
    ],
)
def test_look_alikes_of_members_and_of_slack_are_refused(title, taken):
    with pytest.raises(Refused):
        check_title(title, [taken])


@pytest.mark.parametrize(
    "invisible",
    [0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x180E, 0x200B, 0x200D, 0x202E, 0x2060, 0x2066, 0x2800,
     0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0041, 0xE0100],
)  # fmt: skip
def test_nothing_invisible_hides_in_a_title(invisible):
    with pytest.raises(Refused, match="invisible"):
        check_title(f"Ann{chr(invisible)}Lee", [])
    assert skeleton(f"Ann{chr(invisible)}Lee") == skeleton("Ann Lee")


@pytest.mark.parametrize("title", ["Leg\u0430l", "\u0417\u0430koh", "T\u03b1x Counsel"])
def test_a_word_has_letters_of_one_alphabet(title):
    with pytest.raises(Refused, match="different alphabets"):
        check_title(title, [])


@pytest.mark.parametrize("title", ["Legal APP", "Legal \uff21PP", "Ann App.", "Ann Workfl0w"])
def test_a_title_does_not_end_like_the_mark_of_apps(title):
    with pytest.raises(Refused):
        check_title(title, [])


@pytest.mark.parametrize(
    "title",
    [
        "Legal Counsel", "App Security", "Juriste d\u2019\u00e9quipe", "Stra\u00dfenbau",
        "IT-\u042d\u043a\u0441\u043f\u0435\u0440\u0442", "\u6cd5\u52d9 AI",
        "AI\u30b3\u30f3\u30b5\u30eb", "\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac",
        "Nguy\u1ec5n", "Zo\u00eb Ives", "\ubc95\ubb34 AI",
    ],
)  # fmt: skip
def test_honest_names_of_every_language_are_taken(title):
    assert check_title(title, ["Somebody Else"]) == title


def test_names_in_ascii_are_compared_as_by_the_whole_tables():
    tables = lookalikes._prototypes()

    in_ascii = {char: tables[char] for char in ascii_letters + digits if char in tables}
    assert in_ascii == lookalikes._OF_ASCII
