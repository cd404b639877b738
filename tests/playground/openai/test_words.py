import pytest

from bot.playground.openai.languages import stem
from bot.playground.openai.words import clauses, listed, matches, score, shortened


@pytest.mark.parametrize(
    "words",
    [
        ["licence", "licences", "Licence"],
        ["vulnerability", "vulnerabilities"],
        ["price", "prices", "pricing", "priced"],
        ["hire", "hiring"],
    ],
)
def test_forms_of_a_word_are_one(words: list[str]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_words_match_themselves_and_what_they_stand_for() -> None:
    found = matches("Did we use an MIT library, licence and all?", "licences and contracts")
    assert [match.word for match in found] == ["MIT", "licence"]
    assert matches("Did we use it?", "use it for us") == []


def test_words_that_everybody_uses_mean_less() -> None:
    assert 0 < score("the product", "product strategy") < score("the roadmap", "the roadmap")


def test_a_question_falls_into_the_parts_that_can_be_asked() -> None:
    assert clauses("Is it fine, and what would it cost? Who and when?") == [
        "Is it fine",
        "what would it cost?",
        "Who",
        "when?",
    ]
    assert clauses("research and development") == ["research and development"]


def test_texts_are_cut_between_words_and_lists_read_well() -> None:
    assert shortened("one two\nthree", 9) == "one two…"
    assert shortened("one\ntwo", 9) == "one two"
    assert [listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])] == [
        "A",
        "A and B",
        "A, B and C",
    ]
