"""The sentences in all languages."""

import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from bot.experts.library import library
from bot.playground.openai.rule_model.prompt_reading import listed_points

_FOLDER = files("bot.playground.openai.rule_model.answers")
SENTENCES = tomllib.loads((_FOLDER / "sentences.toml").read_text("utf-8"))
HEADS = tomllib.loads((_FOLDER / "heads.toml").read_text("utf-8"))


def fields(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", SENTENCES)
def test_each_language_says_the_same(language: str) -> None:
    said, english = SENTENCES[language], SENTENCES["en"]
    assert set(said) == set(english)
    assert list(said["kinds"]) == list(english["kinds"])
    for name in set(english) - {"kinds"}:
        assert fields(said[name]) == fields(english[name]), name


def test_what_the_bundled_experts_look_at_has_a_name_in_each_language() -> None:
    heads = {
        point.partition(":")[0].casefold()
        for expert in library()
        for point in listed_points(expert.instructions)
    }
    assert heads == set(HEADS)
    assert all(len(names) == len(SENTENCES) - 1 for names in HEADS.values())
