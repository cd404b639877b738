import tomllib
from importlib.resources import files

import pytest

from bot.playground.openai.vocabulary import language_of, neighbours, words_of

LANGUAGES = {"en", "de", "es", "fr", "pt", "ja", "zh"}
VOCABULARY = tomllib.loads((files("bot.playground.openai") / "vocabulary.toml").read_text("utf-8"))
FIELDS = VOCABULARY.keys() - {"function", "neighbours", "talk", "role", "leisure"}


def test_every_subject_has_words_in_every_language() -> None:
    for field in FIELDS | {"talk", "role", "leisure"}:
        for subject, words in VOCABULARY[field].items():
            assert words.keys() == LANGUAGES, f"{field}.{subject}"


def test_every_field_has_neighbours_that_are_fields() -> None:
    for field in FIELDS:
        assert neighbours(field)
        assert set(neighbours(field)) <= FIELDS - {field}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Can we use it?", "en"),
        ("Blorp", "en"),
        ("Können wir das verwenden?", "de"),
        ("¿Lo podemos usar?", "es"),
        ("Est-ce que nous pouvons l'utiliser ?", "fr"),
        ("Bom dia a todos", "pt"),
        ("Desculpem, canal errado", "pt"),
        ("Is MIT fine?", "en"),
        ("使ってもいいですか", "ja"),
        ("我们可以用吗", "zh"),
        ("Quanto costa la licenza del nuovo server?", "en"),
        ("Hoeveel kost de nieuwe server?", "en"),
        ("Hur mycket kostar servern?", "en"),
        ("Czy możemy użyć tej licencji?", "en"),
    ],
)
def test_the_language_is_told_by_the_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("contracts", "legal.contracts"),
        ("the data protection officer", "legal.privacy"),
        ("der Kundentabelle", "engineering.database"),
        ("my bugdet", "finance.budget"),
        ("das Urheberrecht", "legal.rights"),
        ("解約条項", "legal.contracts"),
    ],
)
def test_words_are_found_in_their_forms_in_compounds_and_misspelt(text: str, subject: str) -> None:
    assert any(subject in word.subjects for word in words_of(text))


@pytest.mark.parametrize("text", ["the person", "a strong point", "the current speed", "the model"])
def test_other_words_are_no_typos(text: str) -> None:
    assert not any(word.subjects for word in words_of(text) if word.text != "speed")


def test_long_texts_are_read_in_reasonable_time() -> None:
    assert len(words_of("unheard ofwords " * 5_000)) == 10_000
    assert len(words_of("a" * 400_000)) == 1
