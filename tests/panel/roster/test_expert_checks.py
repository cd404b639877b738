from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.panel.errors import Refused
from bot.panel.model import Effort, Expert, ExpertName
from bot.panel.roster.expert_checks import (
    LONGEST_NAME,
    RESERVED,
    check_expert,
    check_name,
    check_title,
    is_like,
)

LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")

RESERVED_WORDS = sorted(RESERVED)


def wide(text: str) -> str:
    """The letters as wide as Chinese ones, which look much the same."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


@pytest.mark.parametrize("name", ["legal", "tax-law", "a", "x2", "n" * LONGEST_NAME])
def test_a_plain_name_is_taken(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Legal",
        "tax law",
        "-tax",
        "tax-",
        "tax--law",
        "2x",
        "é",
        "<!channel>",
        "n" * 25,
        *RESERVED_WORDS,
    ],
)
def test_any_other_name_is_refused_in_one_sentence(name):
    with pytest.raises(Refused) as refused:
        check_name(name)
    assert refused.value.field == "name"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("model", ["gpt-6.2-sol", "gpt-6.2-sol-2026-11-17", "gpt-6.2-astra"])
def test_a_model_that_always_thinks_is_not_told_not_to(model):
    expert = replace(LEGAL, model=model, effort=Effort.NONE)
    with pytest.raises(Refused, match=f"`{model}` does not answer without thinking") as refused:
        check_expert(expert, ())
    assert refused.value.field == "effort"
    check_expert(replace(expert, effort=Effort.LOW), ())
    check_expert(replace(expert, model="gpt-6.1-terra"), ())


def test_a_title_is_tidied():
    assert check_title("  Tax \n Counsel ", ()) == "Tax Counsel"


@pytest.mark.parametrize(
    "title",
    [
        "", " ", "🙂", "t" * 41, "<!channel>", "@here", "a|b", "*bold*", "a\u200bb", "\u202etxet",
        "Slackbot", "slack bot", "SLACK", "Panelbot", "Everyone", wide("slackbot"),
        "Zoë Ives", "zoe ives", "ZOE-IVES", wide("zoeives"),
    ],
)  # fmt: skip
def test_a_title_that_misleads_is_refused(title):
    with pytest.raises(Refused) as refused:
        check_title(title, ["Zoë Ives"])
    assert refused.value.field == "title"


@pytest.mark.parametrize(
    "title",
    [
        "\u0405lackbot",  # Cyrillic
        "S\u04cfackbot",
        "SIackbot",  # a capital i
        "Slackb0t",
        "P\u0430nelbot",
        "Zo\u0451 Ives",
        "\u0396oe Ives",  # Greek
        "Zoe lves",
    ],
)
def test_a_title_that_only_looks_like_another_is_refused(title):
    with pytest.raises(Refused, match="looks like"):
        check_title(title, ["Zoë Ives"])


@pytest.mark.parametrize("title", ["Юрист", "Νομικός", "法務", "Legal 2", "L10n Lead"])
def test_every_alphabet_has_its_titles(title):
    assert check_title(title, ["Zoë Ives", "Legal"]) == title


def test_names_are_alike_whatever_their_case_and_accents():
    assert is_like("CHLOE", ["Chloé"])
    assert not is_like("Chloe M", ["Chloé"])


@pytest.mark.parametrize(("icon", "kept"), [("scales", ":scales:"), (" :Scales: ", ":scales:")])
def test_an_icon_is_completed(icon, kept):
    assert check_expert(with_(icon=icon), ()).icon == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("icon", ""),
        ("icon", "::"),
        ("icon", ":a b:"),
        ("icon", "⚖️"),
        ("icon", ":" + "i" * 101 + ":"),
        ("purpose", " "),
        ("purpose", "p" * 201),
        ("instructions", ""),
        ("instructions", "x" * 3_001),
        ("model", "<!here>"),
        ("model", "m" * 101),
        ("title", "@all"),
    ],
)
def test_a_refusal_names_what_it_is_about(field, value):
    with pytest.raises(Refused) as refused:
        check_expert(with_(**{field: value}), ())
    assert refused.value.field == field


def with_(**changes):
    fields = {"name": "tax", "title": "Tax", "icon": ":x:", "purpose": "T", "instructions": "C"}
    return Expert(**(fields | changes))


@given(st.text())
def test_a_title_is_tidied_once_or_refused(title):
    with suppress(Refused):
        tidy = check_title(title, ())
        assert tidy.isprintable()
        assert check_title(tidy, ()) == tidy
