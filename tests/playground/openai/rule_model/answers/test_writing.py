# ruff: noqa: RUF001 - typographic dashes, and Chinese and Japanese marks
"""What the stand-in's experts answer."""

import re

import pytest

from bot.experts.library import library
from bot.panel.language_model.instructions import expert_instructions
from bot.panel.model import Expert, ExpertName
from bot.playground.openai.rule_model.answers.question import language_of
from tests.playground.openai.requested import model, reply, text

BUNDLED = {expert.name: expert_instructions(expert) for expert in library()}
LEGAL = """\
You are the legal counsel of a company that makes software.
What you look at:
- Privacy: personal data and consent
- Licences: what MIT and others allow, and what notices they demand
- Contracts: who is bound, and how one gets out
- Liability: who carries the damage
How you answer: the short answer first."""
WRAPPED = """\
<brief>Is MIT fine in a closed product?</brief>
<message ref="17.0" from="Ada">
Can we use this MIT library?
</message>"""
# By language: a question, words of it that the answer has to use, and a number in it.
COSTS = {
    "en": ("What would support for 30 customers cost a year?", ["Support", "30 customers"]),
    "de": ("Was kostet der Support für 30 Kunden im Jahr?", ["Support", "30 Kunden"]),
    "es": ("¿Cuánto cuesta el soporte para 30 clientes al año?", ["oporte", "30 clientes"]),
    "fr": ("Combien coûte le support pour 30 clients par an ?", ["upport", "30 clients"]),
    "pt": ("Quanto custa o suporte para 30 clientes por ano?", ["uporte", "30 clientes"]),
    "ja": ("30人のサポートの費用はいくらですか？", ["サポート", "30人"]),
    "zh": ("支持30个客户每年要多少钱？", ["支持30个客户"]),
}


def answered(*said: object, instructions: str = LEGAL) -> str:
    return text(reply(*said, instructions=instructions, tools=[]))


def own(instructions: str) -> str:
    """The instructions of an expert that somebody has made."""
    return expert_instructions(Expert(ExpertName("own"), "Own", ":gear:", "Own.", instructions))


def points(answer: str) -> list[str]:
    return [line for line in answer.split("\n") if line.startswith("- ")]


def test_an_answer_has_a_headline_and_three_points_with_the_questions_words() -> None:
    answer = answered("Can we use this MIT library in a closed product?")
    headline, empty, *_ = answer.split("\n")
    assert headline.startswith("**MIT library in a closed product – yes or no ")
    assert headline.endswith("**")
    assert empty == ""
    first, second, third = points(answer)
    assert first.startswith("- **Licences:** ")
    assert "what MIT and others allow, and what notices they demand" in first
    assert "“MIT library”" in first
    assert "“closed product”" in second
    assert "“MIT library”" in third


@pytest.mark.parametrize("experts", ["legal", "legal, finance", "legal,data analyst, it"])
def test_the_experts_that_are_addressed_are_no_part_of_the_question(experts: str) -> None:
    answer = answered(f"{experts}: Can we use this MIT library in a closed product?")
    assert answer.startswith("**MIT library in a closed product – ")


def test_the_brief_decides_what_is_answered() -> None:
    assert answered(WRAPPED).startswith("**MIT fine in a closed product – ")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What would it cost?", "the figure depends"),
        ("When do we launch the app?", "the date depends"),
        ("Why is the login slow?", "look for the cause"),
        ("How do I write a good README?", "the first step"),
        ("Postgres or MySQL?", "point to compare"),
        ("We have an outage", "limit the damage first"),
        ("Who signs the contract?", "to find out who"),
        ("Should we move to Kubernetes?", "yes or no"),
        ("Our roadmap", "begin here"),
    ],
)
def test_each_kind_of_question_has_its_headline(question: str, kind: str) -> None:
    assert kind in answered(question).split("\n")[0]


@pytest.mark.parametrize("language", COSTS)
def test_it_speaks_the_askers_language_with_their_words_and_numbers(language: str) -> None:
    question, words = COSTS[language]
    answer = answered(question, instructions=BUNDLED[ExpertName("finance")])
    assert language_of(answer) == language
    assert len(points(answer)) == 3
    assert all(word in answer for word in words), answer
    rows = [line for line in answer.split("\n") if line.startswith("| ")]
    assert any("| 30" in row for row in rows)
    assert len(rows) >= 4


@pytest.mark.parametrize("language", COSTS)
def test_every_bundled_expert_answers_in_every_language(language: str) -> None:
    for instructions in BUNDLED.values():
        answer = answered(COSTS[language][0], instructions=instructions)
        assert "{" not in answer
        assert "<" not in answer
        assert "What you look at" not in answer
        if language != "en":
            assert not re.search(r"\b(?:which|the|who|what)\b", answer)


def test_what_turns_a_sentence_into_a_question_is_left_out() -> None:
    assert answered("How much money do we spend?").startswith("**Money we spend –")
    assert answered("Welchen Drucker sollen wir kaufen?").startswith("**Drucker kaufen –")


def test_no_table_is_drawn_where_no_number_is_asked() -> None:
    assert "|" not in answered("Can we use this MIT library?")


def test_a_table_tells_what_is_known_from_what_is_open() -> None:
    answer = answered("How much would 20 licences at €15 cost?")
    assert "| Licences | 20 | your question |" in answer
    assert "| €15 | your question |" in answer
    assert "| Licences | open | to be estimated |" in answer
    assert "| Contracts |" not in answer


def test_a_number_keeps_its_currency_and_counts_years() -> None:
    answer = answered("What does 12 seats at 9 euros cost over 3 years?")
    assert answer.startswith("**12 seats at 9 euros cost over 3 years – ")
    assert "| Cost | 9 euros |" in answer
    assert "| Years | 3 |" in answer


def test_german_numbers_are_of_what_is_counted_and_not_of_its_dative() -> None:
    answer = answered("Was kostet das in 3 Jahren mit 200 Nutzern und 30 Kunden?")
    assert "| Jahre | 3 |" in answer
    assert "| Nutzer | 200 |" in answer
    assert "| Kunden | 30 |" in answer


def test_numbers_in_a_row_are_of_what_stands_before_them() -> None:
    answer = answered("Please chart our monthly revenue: 120, 150 and 90.")
    assert "| Revenue | 90 | your question |" in answer
    assert "“monthly revenue”" in answer


def test_marks_in_a_question_do_not_break_the_answer() -> None:
    answer = answered("What do | **these** `20 | things` cost :wave: in\n\n```\nx | y\n```?")
    headline = answer.split("\n")[0]
    assert headline.count("**") == 2
    assert "|" not in headline
    assert all(row.count("|") == 4 for row in answer.split("\n") if row.startswith("|"))


@pytest.mark.parametrize(
    ("instructions", "question", "expected"),
    [
        ("You are a baker. Always name the oven's heat.", "Which heat?", "name the oven's heat."),
        ("You are a gardener. Be brief.", "When do roses bloom?", "**Goal:**"),
        ("You are a router firmware expert. Check NAT.", "Why does NAT fail?", "Check NAT."),
        ("Du bist Einkäufer.\n- Preis: mit Rabatt", "Welcher Drucker?", "mit Rabatt"),
        ("あなたは法務担当です。\n- 契約: 誰が拘束されるか", "契約は?", "誰が拘束されるか"),
        ("", "Is MIT fine?", "MIT"),
    ],
)
def test_experts_that_people_make_answer_from_their_own_words(
    instructions: str, question: str, expected: str
) -> None:
    answer = answered(question, instructions=own(instructions))
    assert expected in answer
    assert "You answer as this expert" not in answer
    assert "brief&gt;" not in answer


def test_what_says_nothing_by_itself_is_about_what_was_asked_before() -> None:
    later = answered("Is MIT fine?", model("Yes."), "And why?")
    assert later.startswith("**MIT fine – the first place to look for the cause")
    assert "“Is MIT fine?”" in later


def test_the_language_stays_where_a_message_does_not_tell() -> None:
    later = answered("Dürfen wir diese Bibliothek nutzen?", model("Ja."), "MIT?")
    assert "ob ja oder nein" in later or "der Anfang" in later


def test_a_later_reply_remembers_what_was_asked_before() -> None:
    later = answered(
        "<earlier>\nBen: Hello.\n</earlier>", WRAPPED, model("Yes."), "And the GPL licence?"
    )
    assert later.startswith("**GPL licence")
    assert "This follows on from “Can we use this MIT library?”." in later


def test_an_expert_names_the_files_it_was_given() -> None:
    files = '\n<file name="a &amp; b.pdf">\n(attached)\n</file>\n<file name="c.py">\nx = 1\n</file>'
    lines = answered(WRAPPED + files).split("\n")
    assert "I was given `a & b.pdf` and `c.py`." in lines
    assert not [line for line in lines if "`a & b.pdf` says" in line]
    assert lines[0].startswith("**MIT fine in a closed product")


def test_an_expert_quotes_what_a_text_that_it_was_given_says_about_the_question() -> None:
    contract = (
        "1. Pumps cost 4,200 euros.\n2. It ends with three months' notice.\n3. All is secret."
    )
    said = "Which notice?\n[attached: pumps-euros.md]"
    asked = f'<message>{said}</message>\n<file name="c.md">\n{contract}\n</file>'
    assert "- `c.md` says: “It ends with three months' notice.”" in answered(asked)


def test_the_same_request_always_gets_the_same_answer() -> None:
    assert answered(WRAPPED) == answered(WRAPPED)
